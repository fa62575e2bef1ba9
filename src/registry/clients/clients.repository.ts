import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import {
  VERIFICATION_JSON,
  verificationFrom,
  type VerificationJson,
} from '../publisher/verification-column.js';
import type { ClientRecord, ClientSettings, SecretSummary } from '../client-record/client-record.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import { type Condition, selectSlice } from '../../platform/paging/select-slice.js';
import { type SnakeKeys, toCamel, toSnake } from '../../platform/wire/snake-case.js';
import { JSON_PROTOCOL_FIELDS } from '../client-protocol/protocol-fields.js';
import { conditionsOf } from '../client-filters/client-conditions.js';
import type { ClientFilter } from '../client-filters/client-filter.js';
import { COLUMNS, secretsAs, TABLES } from '../live-clients/client-columns.js';

/** What a row is created from. */
export type NewClient = ClientSettings &
  Pick<
    ClientRecord,
    'clientId' | 'projectId' | 'createdBy' | 'registrationType' | 'clientType' | 'adminReach'
  >;

/** A client that was purged, for the audit trail. */
export type PurgedClient = Pick<ClientRecord, 'id' | 'clientId' | 'projectId' | 'orgId'>;

type SecretJson = Omit<SecretSummary, 'createdAt' | 'lastUsedAt'> & {
  createdAt: string;
  lastUsedAt: string | null;
};
type Row = SnakeKeys<Omit<ClientRecord, 'secrets' | 'clientUriVerification'>> & {
  secrets: SecretJson[];
  client_uri_verification: VerificationJson | null;
};

const JSON_COLUMNS: readonly string[] = ['jwks', ...JSON_PROTOCOL_FIELDS];

const SECRETS = secretsAs(
  `'id', s.id, 'hint', s.hint, 'createdAt', s.created_at, 'lastUsedAt', s.last_used_at`,
);
const DETAILS = `${COLUMNS}, ${SECRETS}, ${VERIFICATION_JSON} AS client_uri_verification`;

const PURGE = `
  WITH purged AS (
    DELETE FROM oauth_clients WHERE id IN (
      SELECT id FROM oauth_clients WHERE deleted_at < now() - make_interval(days => ?)
      ORDER BY deleted_at LIMIT ? FOR UPDATE SKIP LOCKED)
    RETURNING id, client_id, project_id),
  retired AS (INSERT INTO retired_client_ids (client_id) SELECT client_id FROM purged)
  SELECT g.id, g.client_id AS "clientId", g.project_id AS "projectId", p.org_id AS "orgId"
  FROM purged g JOIN projects p ON p.id = g.project_id`;

/**
 * The SQL of the client registry. A deleted client is a row with `deleted_at` until it is purged; then only its client_id
 * stays.
 */
export class ClientsRepository {
  constructor(private readonly database: Database) {}

  /** Live or deleted. */
  async find(projectId: string, id: string, sql: Sql = this.database.sql): Promise<ClientRecord | undefined> {
    const text = `SELECT ${DETAILS} FROM ${TABLES} WHERE c.project_id = ? AND c.id = ?`;
    return (await select<Row>(sql, text, [projectId, id])).map(toRecord)[0];
  }

  /** The live client (or the deleted one); no other transaction changes it or its secrets before this one ends. */
  async lock(
    tx: Transaction,
    projectId: string,
    id: string,
    state: 'live' | 'deleted' = 'live',
  ): Promise<ClientRecord | undefined> {
    // A statement that waits for a lock sees other tables as they were before; so the secrets are read by a second one.
    const rows = await tx('oauth_clients')
      .where({ id, project_id: projectId })
      .whereRaw(state === 'live' ? 'deleted_at IS NULL' : 'deleted_at IS NOT NULL')
      .forUpdate()
      .select<{ id: string }[]>('id');
    return rows.length === 0 ? undefined : this.find(projectId, id, tx);
  }

  /**
   * Newest first, or last used first. There is an index in this order, and one for each filter, so that no page reads the
   * whole table.
   */
  list(projectId: string, filter: ClientFilter, slice: Slice): Promise<Positioned<ClientRecord>[]> {
    const where: Condition[] = [
      ['c.project_id = ?', projectId],
      [`c.deleted_at IS ${filter.deleted ? 'NOT NULL' : 'NULL'}`],
      ...conditionsOf(filter),
    ];
    const time = filter.byLastUse ? 'coalesce(c.last_used_at, c.created_at)' : 'c.created_at';
    const list = { columns: DETAILS, from: TABLES, time, id: 'c.id', where };
    return selectSlice(this.database.sql, list, slice, toRecord);
  }

  /** The new row's id; undefined when the client_id is or was in use, and then the transaction has to be rolled back. */
  async insert(tx: Transaction, client: NewClient): Promise<string | undefined> {
    const rows = await tx('oauth_clients')
      .insert(toColumns(client))
      .onConflict('client_id')
      .ignore()
      .returning<{ id: string }[]>('id');
    // The insert may have waited for the purge of a client with this client_id, which only a later statement sees.
    const retired = await tx<{ client_id: string }>('retired_client_ids')
      .where('client_id', client.clientId)
      .first('client_id');
    return retired === undefined ? rows[0]?.id : undefined;
  }

  async update(tx: Transaction, id: string, settings: Partial<NewClient>): Promise<void> {
    await tx('oauth_clients')
      .where({ id })
      .update({ ...toColumns(settings), version: tx.raw('version + 1'), updated_at: tx.fn.now() });
  }

  /** Does not count the version; call `update` too. */
  async promote(tx: Transaction, id: string): Promise<void> {
    await tx('oauth_clients')
      .where({ id, visibility: 'private' })
      .update({ visibility: 'public', promoted_at: tx.fn.now() });
  }

  /** Deletes the client's registration access token too. */
  async markDeleted(tx: Transaction, id: string): Promise<void> {
    await tx('oauth_clients')
      .where({ id })
      .update({
        deleted_at: tx.fn.now(),
        updated_at: tx.fn.now(),
        version: tx.raw('version + 1'),
        registration_token_digest: null,
      });
  }

  /** Invalidates what was issued to the client so far, and what requests in progress are still writing. */
  async endIssued(tx: Transaction, id: string): Promise<void> {
    await tx('oauth_clients')
      .where({ id })
      .update({ tokens_valid_after: tx.raw('clock_timestamp()') });
  }

  /** Undoes `markDeleted`; false when that was more than so many days ago. */
  async restore(tx: Transaction, id: string, days: number): Promise<boolean> {
    const changed = await tx('oauth_clients')
      .where({ id })
      .whereRaw('deleted_at >= now() - make_interval(days => ?)', [days])
      .update({
        deleted_at: null,
        tokens_valid_after: tx.raw('clock_timestamp()'),
        updated_at: tx.fn.now(),
        version: tx.raw('version + 1'),
      });
    return changed === 1;
  }

  /**
   * Deletes at most `limit` rows of clients that were deleted more than so many days ago; their client_ids stay reserved.
   */
  async purge(tx: Transaction, days: number, limit: number): Promise<PurgedClient[]> {
    return (await tx.raw<{ rows: PurgedClient[] }>(PURGE, [days, limit])).rows;
  }

  /** Changes the digest of the registration access token, if it is still `from`; false when it is not. */
  async replaceRegistrationToken(
    tx: Transaction,
    id: string,
    from: Buffer | null,
    to: Buffer | null,
  ): Promise<boolean> {
    const changed = await tx('oauth_clients')
      .where({ id })
      .whereRaw('registration_token_digest IS NOT DISTINCT FROM ?::bytea', [from])
      .update({ registration_token_digest: to });
    return changed === 1;
  }

  /** How many clients, live or deleted and not purged yet, have one of the scopes. */
  async countWithScopes(tx: Transaction, names: readonly string[]): Promise<number> {
    const rows = await select<{ count: number }>(
      tx,
      'SELECT count(*)::int AS count FROM oauth_clients WHERE scopes && ?::text[]',
      [[...names]],
    );
    return rows[0]?.count ?? 0;
  }
}

async function select<R>(sql: Sql, text: string, values: (string | string[])[]): Promise<R[]> {
  return (await sql.raw<{ rows: R[] }>(text, values)).rows;
}

function toColumns(client: Partial<NewClient>): Record<string, unknown> {
  // pg would take an object for a composite value, and a list for an array.
  return Object.fromEntries(
    Object.entries(toSnake(client)).map(([name, value]): [string, unknown] => [
      name,
      value !== null && JSON_COLUMNS.includes(name) ? JSON.stringify(value) : value,
    ]),
  );
}

function toRecord({ secrets, client_uri_verification: verification, ...row }: Row): ClientRecord {
  return {
    ...toCamel(row),
    clientUriVerification: verificationFrom(verification),
    secrets: secrets.map((secret) => ({
      ...secret,
      createdAt: new Date(secret.createdAt),
      lastUsedAt: secret.lastUsedAt === null ? null : new Date(secret.lastUsedAt),
    })),
  };
}
