import { GRANT_TYPES } from '../client-record/client-record.js';
import { toCamel } from '../../platform/wire/snake-case.js';
import { oneOf, readListParameters, text, timestamp } from '../../platform/paging/query.js';
import type { ClientFilter } from './clients.repository.js';

/** What a list request asks for. */
export interface ListQuery {
  filter: ClientFilter;
  limit: number;
  cursor: string | undefined;
}

/** What each filter of a list of clients may be. */
export const CLIENT_FILTERS = {
  text,
  client_type: oneOf(['public', 'confidential']),
  grant_type: oneOf(GRANT_TYPES),
  unused_since: timestamp,
  visibility: oneOf(['private', 'public']),
  registration_type: oneOf(['manual', 'dynamic']),
  deleted: oneOf(['true', 'false']),
};

/** Reads the query string of a list of clients. Throws as `readListParameters` does. */
export function readListQuery(query: Readonly<Record<string, string | string[] | undefined>>): ListQuery {
  const { values, limit, cursor } = readListParameters(query, CLIENT_FILTERS);
  const given = [...values].filter(([name]) => Object.hasOwn(CLIENT_FILTERS, name));
  const { deleted, unusedSince, ...filter } = toCamel(Object.fromEntries(given));
  return {
    filter: {
      ...filter,
      ...(unusedSince === undefined ? {} : { unusedSince: new Date(unusedSince).toISOString() }),
      deleted: deleted === 'true',
    },
    limit,
    cursor,
  };
}
