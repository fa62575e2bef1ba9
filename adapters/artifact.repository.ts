import type pg from 'pg';
import type { Database, Transaction } from '../src/db/database.js';
import { MODELS } from './artifact.models.js';

/** One artifact to write. `expiresAt` is in seconds since the epoch. */
export interface ArtifactRow {
  key: Buffer;
  model: number;
  payload: string;
  grantId: string | null;
  clientId: string | null;
  accountId: string | null;
  uid: string | null;
  userCode: Buffer | null;
  sealedId: Buffer | null;
  expiresAt: number;
}

/** One artifact as read. `consumedAt` is in seconds since the epoch, `consumedFor` in seconds by the database's clock. */
export interface StoredArtifact {
  key: Buffer;
  /** JSON; parsed anew for each caller, because the engine changes what it gets. */
  payload: string;
  grantId: string | null;
  sealedId: Buffer | null;
  consumedAt: number | null;
  consumedFor: number | null;
}

interface Row {
  id: Buffer;
  payload: string;
  grant_id: string | null;
  sealed_id: Buffer | null;
  consumed_at: number | null;
  consumed_for: number | null;
}

const COLUMNS = `id, payload::text, grant_id, sealed_id,
  floor(extract(epoch FROM consumed_at))::int AS consumed_at,
  extract(epoch FROM now() - consumed_at)::float8 AS consumed_for`;

const FIND = `SELECT ${COLUMNS} FROM artifacts WHERE id = ANY($1)`;

const UPSERT = `
  INSERT INTO artifacts
    (id, model, payload, grant_id, client_id, account_id, uid, user_code, sealed_id, expires_at)
  SELECT i, m, p, g, c, a, u, uc, s, to_timestamp(e)
  FROM unnest($1::bytea[], $2::smallint[], $3::jsonb[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::bytea[], $9::bytea[], $10::float8[]) AS row (i, m, p, g, c, a, u, uc, s, e)
  ORDER BY i
  ON CONFLICT (id) DO UPDATE SET
    payload = excluded.payload, grant_id = excluded.grant_id, client_id = excluded.client_id,
    account_id = excluded.account_id, uid = excluded.uid, expires_at = excluded.expires_at,
    user_code = coalesce(excluded.user_code, artifacts.user_code),
    sealed_id = coalesce(excluded.sealed_id, artifacts.sealed_id)`;

const INSERT_ONCE = `
  INSERT INTO artifacts (id, model, payload, expires_at) VALUES ($1, $2, $3, to_timestamp($4))
  ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at
    WHERE artifacts.expires_at < now()`;

const PURGE = `
  DELETE FROM artifacts WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM artifacts WHERE expires_at < now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED))`;

const REVOKE_BY_CLIENT = `
  DELETE FROM artifacts WHERE id IN (SELECT id FROM artifacts WHERE client_id = ? FOR UPDATE SKIP LOCKED)`;

/** The SQL of the artifacts table: every statement is prepared once per connection and takes many rows. */
export class ArtifactRepository {
  constructor(private readonly database: Database) {}

  /** The artifacts of these keys that exist, in no order, expired ones too. */
  async find(keys: Buffer[]): Promise<StoredArtifact[]> {
    return (await this.#query<Row>('artifacts_find', FIND, [keys])).rows.map(toArtifact);
  }

  /** Writes each row, or all but its creation and consumption again. No key may come twice. */
  async upsert(rows: ArtifactRow[]): Promise<void> {
    const column = <T>(of: (row: ArtifactRow) => T): T[] => rows.map(of);
    await this.#query('artifacts_upsert', UPSERT, [
      column((row) => row.key),
      column((row) => row.model),
      column((row) => row.payload),
      column((row) => row.grantId),
      column((row) => row.clientId),
      column((row) => row.accountId),
      column((row) => row.uid),
      column((row) => row.userCode),
      column((row) => row.sealedId),
      column((row) => row.expiresAt),
    ]);
  }

  /** Inserts the row unless one with its key is alive; false when it is. */
  async insertOnce(row: Pick<ArtifactRow, 'key' | 'model' | 'payload' | 'expiresAt'>): Promise<boolean> {
    const values = [row.key, row.model, row.payload, row.expiresAt];
    return (await this.#query('artifacts_insert_once', INSERT_ONCE, values)).rowCount === 1;
  }

  /** Marks each as consumed unless it is; returns the keys of those that this call consumed (RFC 6749 section 4.1.2). */
  async consume(keys: Buffer[]): Promise<Buffer[]> {
    const text =
      'UPDATE artifacts SET consumed_at = now() WHERE id = ANY($1) AND consumed_at IS NULL RETURNING id';
    return (await this.#query<{ id: Buffer }>('artifacts_consume', text, [keys])).rows.map(({ id }) => id);
  }

  async destroy(keys: Buffer[]): Promise<void> {
    await this.#query('artifacts_destroy', 'DELETE FROM artifacts WHERE id = ANY($1)', [keys]);
  }

  /** Deletes every code and token of these grants. */
  async revokeByGrantIds(grantIds: string[]): Promise<void> {
    await this.#query('artifacts_revoke', 'DELETE FROM artifacts WHERE grant_id = ANY($1)', [grantIds]);
  }

  /**
   * Deletes everything that was issued to a client, in the caller's transaction, but for rows that another request is just
   * writing, so that neither waits for the other; the adapter never finds those again.
   */
  async revokeByClient(tx: Transaction, clientId: string): Promise<void> {
    await tx.raw(REVOKE_BY_CLIENT, [clientId]);
  }

  /** Ends the sessions and grants of a person, in the caller's transaction; a token without its grant is dead. */
  async revokeByAccount(tx: Transaction, accountId: string): Promise<void> {
    const models = [MODELS.Session, MODELS.Grant];
    await tx('artifacts').where('account_id', accountId).whereIn('model', models).delete();
  }

  async findByUid(model: number, uid: string): Promise<StoredArtifact | undefined> {
    const text = `SELECT ${COLUMNS} FROM artifacts WHERE uid = $2 AND model = $1`;
    return (await this.#query<Row>('artifacts_find_by_uid', text, [model, uid])).rows.map(toArtifact)[0];
  }

  async findByUserCode(model: number, userCode: Buffer): Promise<StoredArtifact | undefined> {
    const text = `SELECT ${COLUMNS} FROM artifacts WHERE user_code = $2 AND model = $1`;
    return (await this.#query<Row>('artifacts_find_by_user_code', text, [model, userCode])).rows.map(
      toArtifact,
    )[0];
  }

  /** Deletes at most `limit` expired rows, skipping those in use; returns how many. */
  async purgeExpired(limit: number): Promise<number> {
    return (await this.#query('artifacts_purge', PURGE, [limit])).rowCount ?? 0;
  }

  #query<R extends pg.QueryResultRow>(
    name: string,
    text: string,
    values: unknown[],
  ): Promise<pg.QueryResult<R>> {
    return this.database.pool.query<R>({ name, text, values });
  }
}

function toArtifact(row: Row): StoredArtifact {
  return {
    key: row.id,
    payload: row.payload,
    grantId: row.grant_id,
    sealedId: row.sealed_id,
    consumedAt: row.consumed_at,
    consumedFor: row.consumed_for,
  };
}
