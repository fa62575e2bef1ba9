import type { Condition } from '../../platform/paging/select-slice.js';
import type { ClientFilter } from './client-filter.js';

/** A trigram index does not find shorter texts than three characters; those are in a table of their own. */
const LONGEST_NGRAM = 2;
const HAS_NGRAM = `EXISTS (SELECT FROM client_ngrams g
  WHERE g.oauth_client_id = c.id AND g.ngrams @> ARRAY[lower(?)])`;

/**
 * These clients are few and may be the oldest ones. With IN the planner takes them for evenly spread and walks the list,
 * which may be the whole of it; those of an array are read by the primary key.
 */
const FAILING = `c.id = ANY (ARRAY(SELECT DISTINCT oauth_client_id FROM client_failures
  WHERE occurred_at >= ?::timestamptz))`;
const FAILED_ON = `c.id = ANY (ARRAY(SELECT DISTINCT oauth_client_id FROM usage_counters
  WHERE kind = 'failure' AND day = ?::date))`;
const UNPROTECTED = `c.id = ANY (ARRAY(SELECT DISTINCT oauth_client_id FROM usage_counters
  WHERE kind = 'unprotected_code' AND day >= (?::timestamptz AT TIME ZONE 'UTC')::date))`;

/** What rows of `oauth_clients c` the filter lists, in SQL; whether they are deleted is not among it. */
export function conditionsOf(filter: ClientFilter): Condition[] {
  const { clientType, failedOn, failingSince, grantType, kind, registrationType } = filter;
  const { secretCreatedBefore, text, unprotectedSince, unusedSince, visibility } = filter;
  const conditions: Condition[] = [];
  if (clientType !== undefined) conditions.push(['c.client_type = ?', clientType]);
  if (unusedSince !== undefined)
    conditions.push(['coalesce(c.last_used_at, c.created_at) < ?::timestamptz', unusedSince]);
  if (failingSince !== undefined) conditions.push([FAILING, failingSince]);
  if (failedOn !== undefined) conditions.push([FAILED_ON, failedOn]);
  if (secretCreatedBefore !== undefined)
    conditions.push([
      `c.id IN (SELECT oauth_client_id FROM oauth_client_secrets WHERE created_at < ?::timestamptz)`,
      secretCreatedBefore,
    ]);
  if (unprotectedSince !== undefined) conditions.push([UNPROTECTED, unprotectedSince]);
  if (kind !== undefined) conditions.push(['c.kind = ?', kind]);
  if (visibility !== undefined) conditions.push(['c.visibility = ?', visibility]);
  if (registrationType !== undefined) conditions.push(['c.registration_type = ?', registrationType]);
  if (grantType !== undefined) conditions.push(['c.grant_types @> ARRAY[?]::text[]', grantType]);
  if (text !== undefined) {
    const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    const columns = ['client_name', 'description', 'company', 'client_id'];
    const anyColumn = columns.map((name) => `c.${name} ILIKE ?`).join(' OR ');
    conditions.push([`(${anyColumn})`, ...columns.map(() => pattern)]);
    if ([...text].length <= LONGEST_NGRAM) conditions.push([HAS_NGRAM, text]);
  }
  return conditions;
}
