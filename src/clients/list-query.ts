import { GRANT_TYPES } from '../client-record/client-record.js';
import { oneOf, readListParameters, text, timestamp } from '../paging/query.js';
import type { ClientFilter } from './clients.repository.js';

/** What a list request asks for. */
export interface ListQuery {
  filter: ClientFilter;
  limit: number;
  cursor: string | undefined;
}

const FILTERS = {
  text,
  client_type: oneOf(['public', 'confidential']),
  grant_type: oneOf(GRANT_TYPES),
  unused_since: timestamp,
};

/** Reads the query string of a list of clients. Throws as `readListParameters` does. */
export function readListQuery(query: Readonly<Record<string, string | string[] | undefined>>): ListQuery {
  const { values, limit, cursor } = readListParameters(query, FILTERS);
  const [text, clientType, grantType, unusedSince] = Object.keys(FILTERS).map((name) => values.get(name));
  return {
    filter: {
      ...(text === undefined ? {} : { text }),
      ...(clientType === undefined ? {} : { clientType }),
      ...(grantType === undefined ? {} : { grantType }),
      ...(unusedSince === undefined ? {} : { unusedSince: new Date(unusedSince).toISOString() }),
    },
    limit,
    cursor,
  };
}
