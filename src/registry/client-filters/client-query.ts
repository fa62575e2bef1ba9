import { date, flag, oneOf, type QueryValues, text, timestamp } from '../../platform/paging/query.js';
import { GRANT_TYPES, REGISTRATION_TYPES } from '../client-record/client-record.js';
import { CLIENT_KINDS, type ClientFilter } from './client-filter.js';

/** The filters of a list of clients. */
export const CLIENT_FILTERS = {
  text: text('Text in the name, the client_id, the description or the company.'),
  client_type: oneOf(['public', 'confidential'], 'Clients of this type.'),
  grant_type: oneOf(GRANT_TYPES, 'Clients that may use the grant.'),
  unused_since: timestamp('Clients that were not used since then.'),
  failing_since: timestamp('Clients of which a request failed since then; failures are kept for 90 days.'),
  failed_on: date('Clients of which a request failed on this day, in UTC.'),
  secret_created_before: timestamp('Clients with a secret that was made before then.'),
  unprotected_since: timestamp(
    'Clients that redeemed a code without PKCE and nonce on that day, in UTC, or later.',
  ),
  visibility: oneOf(['private', 'public'], 'Clients of this visibility.'),
  registration_type: oneOf(REGISTRATION_TYPES, 'Clients registered like this.'),
  kind: oneOf(CLIENT_KINDS, 'Clients of this kind of application.'),
  sort: oneOf(
    ['created', 'last_used'],
    'The order: newest first, the default, or last used first, where a client that was never used counts from its creation.',
  ),
  deleted: flag('Deleted clients that can be restored instead of live ones.'),
};

/** The filter that a query string asks for; without `deleted` it is live clients. */
export function clientFilterOf(query: QueryValues<typeof CLIENT_FILTERS>): ClientFilter {
  const { text, client_type, grant_type, visibility, registration_type, deleted, kind, sort } = query;
  const { failed_on, failing_since, secret_created_before, unprotected_since, unused_since } = query;
  return {
    ...(text === undefined ? {} : { text }),
    ...(client_type === undefined ? {} : { clientType: client_type }),
    ...(grant_type === undefined ? {} : { grantType: grant_type }),
    ...(failing_since === undefined ? {} : { failingSince: utc(failing_since) }),
    ...(failed_on === undefined ? {} : { failedOn: failed_on }),
    ...(secret_created_before === undefined ? {} : { secretCreatedBefore: utc(secret_created_before) }),
    ...(unprotected_since === undefined ? {} : { unprotectedSince: utc(unprotected_since) }),
    ...(unused_since === undefined ? {} : { unusedSince: utc(unused_since) }),
    ...(visibility === undefined ? {} : { visibility }),
    ...(registration_type === undefined ? {} : { registrationType: registration_type }),
    ...(kind === undefined ? {} : { kind }),
    ...(sort === 'last_used' ? { byLastUse: true } : {}),
    deleted: deleted === 'true',
  };
}

function utc(time: string): string {
  return new Date(time).toISOString();
}
