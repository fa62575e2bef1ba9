import type { Database } from '../../platform/db/database.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import { selectSlice } from '../../platform/paging/select-slice.js';
import { type CamelKeys, toCamel } from '../../platform/wire/snake-case.js';
import { TOKENS_VALID_AFTER } from '../live-clients/client-columns.js';

interface ClientRow {
  id: string;
  client_id: string;
  client_name: string;
  project_id: string;
  project_name: string;
  org_id: string;
  org_name: string;
  last_used_at: Date | null;
  deleted_at: Date | null;
  created_at: Date;
}

interface PersonRow {
  account_id: string;
  email: string;
  name: string | null;
  allowed_at: Date;
  expires_at: Date;
}

/** A client, live or deleted, with where it belongs. */
export type ClientOfScope = CamelKeys<ClientRow>;
/** A person who allowed a client something. */
export type PersonOfClient = CamelKeys<PersonRow>;

const COLUMNS = `c.id, c.client_id, c.client_name, c.project_id, p.name AS project_name, p.org_id, o.name AS org_name,
  c.last_used_at, c.deleted_at, c.created_at`;
const TABLES = `oauth_clients c JOIN projects p ON p.id = c.project_id JOIN organizations o ON o.id = p.org_id`;
/** Model 7 is the engine's Grant. What was issued before the client's tokens were invalidated does not count. */
const PEOPLE = `
  SELECT g.account_id, a.email, a.profile->>'name' AS name, g.allowed_at, g.expires_at
  FROM (SELECT account_id, min(created_at) AS allowed_at, max(expires_at) AS expires_at FROM artifacts
    WHERE model = 7 AND client_id = ? AND account_id > ? AND expires_at > now()
      AND coalesce((payload->>'clientTokensValidAfter')::float8, 0) =
        (SELECT ${TOKENS_VALID_AFTER} FROM oauth_clients c WHERE c.client_id = artifacts.client_id)
    GROUP BY account_id ORDER BY account_id LIMIT ?) g
  JOIN accounts a ON a.id = g.account_id::uuid ORDER BY g.account_id`;

const OTHER_ALGORITHMS = `
  SELECT s.alg, count(DISTINCT c.id)::int AS clients FROM oauth_clients c
  CROSS JOIN LATERAL (VALUES (c.id_token_signed_response_alg), (c.userinfo_signed_response_alg),
    (c.introspection_signed_response_alg), (c.authorization_signed_response_alg)) AS s (alg)
  WHERE c.deleted_at IS NULL AND s.alg <> ALL(?::text[]) GROUP BY s.alg ORDER BY s.alg`;

/** The SQL of who has a scope and who allowed a client something. */
export class ClientUseRepository {
  constructor(private readonly database: Database) {}

  /** Of the whole installation, newest first. */
  clientsWithScope(scope: string, slice: Slice): Promise<Positioned<ClientOfScope>[]> {
    const list = {
      columns: COLUMNS,
      from: TABLES,
      time: 'c.created_at',
      id: 'c.id',
      where: [['c.scopes @> ARRAY[?]::text[]', scope] as const],
    };
    return selectSlice(this.database.sql, list, slice, (row: ClientRow) => toCamel(row));
  }

  /** How many live clients have each algorithm that is not among these in a field of signed responses. */
  async clientsOfOtherAlgorithms(algorithms: readonly string[]): Promise<{ alg: string; clients: number }[]> {
    const { rows } = await this.database.sql.raw<{ rows: { alg: string; clients: number }[] }>(
      OTHER_ALGORITHMS,
      [[...algorithms]],
    );
    return rows;
  }

  /** In the order of the accounts' ids, after this one. */
  async peopleOf(clientId: string, after: string, limit: number): Promise<PersonOfClient[]> {
    const { rows } = await this.database.sql.raw<{ rows: PersonRow[] }>(PEOPLE, [clientId, after, limit]);
    return rows.map((row) => toCamel(row));
  }
}
