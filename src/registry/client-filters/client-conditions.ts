import type { Condition } from '../../platform/paging/select-slice.js';
import type { ClientFilter } from './client-filter.js';

/** A trigram index does not find shorter texts than three characters; those are in a table of their own. */
const LONGEST_NGRAM = 2;
const HAS_NGRAM = `EXISTS (SELECT FROM client_ngrams g
  WHERE g.oauth_client_id = c.id AND g.ngrams @> ARRAY[lower(?)])`;

/** What rows of `oauth_clients c` the filter lists, in SQL; whether they are deleted is not among it. */
export function conditionsOf(filter: ClientFilter): Condition[] {
  const { clientType, grantType, kind, registrationType, text, unusedSince, visibility } = filter;
  const conditions: Condition[] = [];
  if (clientType !== undefined) conditions.push(['c.client_type = ?', clientType]);
  if (unusedSince !== undefined)
    conditions.push(['coalesce(c.last_used_at, c.created_at) < ?::timestamptz', unusedSince]);
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
