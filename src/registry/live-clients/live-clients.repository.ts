import QuickLRU from 'quick-lru';
import type { Delegation } from '../../tenancy/access/delegation.js';
import type { Database } from '../../platform/db/database.js';
import { Lookup } from '../../platform/db/lookup.js';
import { type SnakeKeys, toCamel } from '../../platform/wire/snake-case.js';
import { SECRET_PREFIX } from '../client-secrets/client-secret.js';
import { COLUMNS, secretsAs, TOKENS_VALID_AFTER } from './client-columns.js';
import type { LiveClient } from './live-client.js';

type Row = SnakeKeys<LiveClient['record']> & SnakeKeys<Omit<LiveClient, 'record'>> & { row_version: string };

const CACHED_CLIENTS = 2_000;

/**
 * Differs after every change: `xmin` is the transaction that wrote the row last, and the time separates two changes to
 * which a failed primary and its successor gave the same number. Secrets that are added or deleted write the client's row,
 * too.
 */
const ROW_VERSION = `concat_ws(' ', c.xmin, extract(epoch FROM c.updated_at), o.membership_open, o.second_factor, md5(o.name || chr(10) || p.name)) AS row_version`;
// Materialized, so that a plan made while the table was empty cannot use another index than that of client_id.
const named = (columns: string) =>
  `WITH c AS MATERIALIZED (SELECT ${columns} FROM oauth_clients WHERE client_id = ANY($1))`;
const LIVE = `FROM c JOIN projects p ON p.id = c.project_id JOIN organizations o ON o.id = p.org_id
  WHERE c.deleted_at IS NULL`;
const FIND_VERSIONS = `${named('client_id, project_id, updated_at, deleted_at, xmin')} SELECT c.client_id, ${ROW_VERSION} ${LIVE}`;
const FIND_CLIENTS = `${named('*, xmin')} SELECT ${COLUMNS}, o.membership_open,
  o.second_factor = 'required' AS second_factor_required, o.name AS org_name, p.name AS project_name, c.registration_token_digest, ${ROW_VERSION},
  ${TOKENS_VALID_AFTER} AS tokens_valid_after,
  ${secretsAs(`'id', s.id, 'hash', s.hash, 'origin', CASE WHEN starts_with(s.hint, '${SECRET_PREFIX}') THEN 'random' ELSE 'imported' END`)} ${LIVE}`;
const FIND_DELEGATION = `${named('*')} SELECT c.scopes, p.org_id AS "orgId", c.project_id AS "projectId",
  c.admin_reach AS reach FROM c JOIN projects p ON p.id = c.project_id
  WHERE c.deleted_at IS NULL AND floor(${TOKENS_VALID_AFTER} / 1000) < $2`;

/**
 * Reads clients for requests, with a cache in this process. Every `find` asks the database for the row version; the whole
 * row is read only when that is not the cached one. So a change is in force with the next request, on every node.
 */
export class LiveClientsRepository {
  readonly #cache = new QuickLRU<string, { rowVersion: string; client: LiveClient }>({
    maxSize: CACHED_CLIENTS,
  });
  readonly #versions: Lookup<string>;
  readonly #clients: Lookup<LiveClient>;

  constructor(private readonly database: Database) {
    this.#versions = new Lookup(async (clientIds) => {
      const query = { name: 'client_versions_find', text: FIND_VERSIONS, values: [clientIds] };
      const { rows } = await database.read<{ client_id: string; row_version: string }>(query);
      return new Map(rows.map(({ client_id, row_version }) => [client_id, row_version]));
    });
    this.#clients = new Lookup(async (clientIds) => {
      const query = { name: 'clients_find', text: FIND_CLIENTS, values: [clientIds] };
      const { rows } = await database.read<Row>(query);
      return new Map(rows.map((row) => [row.client_id, this.#addToCache(row)]));
    });
  }

  async find(clientId: string): Promise<LiveClient | undefined> {
    const rowVersion = await this.#versions.find(clientId);
    if (rowVersion === undefined) return undefined;
    const cached = this.#cache.get(clientId);
    return cached?.rowVersion === rowVersion ? cached.client : this.#clients.find(clientId);
  }

  /** Undefined also when a token issued at `issuedAt` (seconds since the epoch) is invalid. */
  async delegation(
    clientId: string,
    issuedAt: number,
  ): Promise<(Delegation & { scopes: string[] }) | undefined> {
    const query = { name: 'clients_delegation', text: FIND_DELEGATION, values: [[clientId], issuedAt] };
    return (await this.database.read<Delegation & { scopes: string[] }>(query)).rows[0];
  }

  #addToCache({ row_version: rowVersion, ...row }: Row): LiveClient {
    const { secrets, membership_open, tokens_valid_after, registration_token_digest, ...others } = row;
    const { org_name, project_name, second_factor_required, ...record } = others;
    const client = {
      record: toCamel(record),
      secrets,
      membershipOpen: membership_open,
      secondFactorRequired: second_factor_required,
      orgName: org_name,
      projectName: project_name,
      tokensValidAfter: tokens_valid_after,
      registrationTokenDigest: registration_token_digest,
    };
    this.#cache.set(record.client_id, { rowVersion, client });
    return client;
  }
}
