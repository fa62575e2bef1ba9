import type pg from 'pg';
import type { Database } from '../src/platform/db/database.js';
import { grantKeySql, MODELS } from './artifact.models.js';
import { TOKENS_VALID_AFTER } from '../src/registry/live-clients/client-columns.js';

/** One artifact to write. Keys and digests are in hex, `expiresAt` is in seconds since the epoch. */
export interface ArtifactRow {
  key: string;
  model: number;
  /** JSON. */
  payload: string;
  grantId: string | null;
  clientId: string | null;
  accountId: string | null;
  uid: string | null;
  userCode: string | null;
  sealedId: string | null;
  expiresAt: number;
}

/** Rows that are written only if the artifact with this key is consumed by the same statement. */
export interface Consumption {
  key: string;
  rows: readonly ArtifactRow[];
}

/** One artifact as read. `consumedAt` is in seconds since the epoch, `consumedFor` in seconds by the database's clock. */
export interface StoredArtifact {
  key: string;
  /** JSON; parsed for each caller, because the engine modifies what it gets. */
  payload: string;
  grantId: string | null;
  uid: string | null;
  sealedId: string | null;
  consumedAt: number | null;
  consumedFor: number | null;
}

/** A token, and the payload of the grant that it names: JSON, null when it names none or one that does not exist. */
export interface TokenWithGrant extends StoredArtifact {
  grant: string | null;
}

/** A `StoredArtifact`. */
const COLUMNS = `encode(id, 'hex') AS key, payload::text, grant_id AS "grantId", uid, encode(sealed_id, 'hex') AS "sealedId",
  floor(extract(epoch FROM consumed_at))::int AS "consumedAt",
  extract(epoch FROM now() - consumed_at)::float8 AS "consumedFor"`;
const FIND = `SELECT ${COLUMNS} FROM artifacts WHERE`;
/** A sub-select, and no join, which could read all grants when it is planned while there are none. */
const FIND_TOKENS = `SELECT ${COLUMNS},
  (SELECT g.payload::text FROM artifacts g WHERE g.id = ${grantKeySql('artifacts.grant_id')}) AS "grant"
  FROM artifacts WHERE id = ANY($1)`;

/** The model is a constant, as in the index. */
const NEWEST_GRANT = `SELECT uid FROM artifacts
  WHERE account_id = $1 AND client_id = $2 AND model = ${String(MODELS.Grant)} AND expires_at > now()
  ORDER BY created_at DESC LIMIT 1`;

/** Rows as one JSON text, which costs Node and PostgreSQL least. Always written in one order: no deadlocks. */
const ROWS = `json_to_recordset($1::json) AS input (id text, model smallint, payload jsonb, grant_id text, client_id text,
  account_id text, uid text, user_code text, sealed_id text, expires_at float8, consumes text)`;
const INSERT = `INSERT INTO artifacts
    (id, model, payload, grant_id, client_id, account_id, uid, user_code, sealed_id, expires_at)
  SELECT decode(id, 'hex'), model, payload, grant_id, client_id, account_id, uid, decode(user_code, 'hex'),
    decode(sealed_id, 'hex'), to_timestamp(expires_at)`;
const ON_CONFLICT = `ON CONFLICT (id) DO UPDATE SET
    payload = excluded.payload, grant_id = excluded.grant_id, client_id = excluded.client_id,
    account_id = excluded.account_id, uid = excluded.uid, expires_at = excluded.expires_at,
    user_code = coalesce(excluded.user_code, artifacts.user_code),
    sealed_id = coalesce(excluded.sealed_id, artifacts.sealed_id)`;
const UPSERT = `${INSERT} FROM ${ROWS} ORDER BY input.id ${ON_CONFLICT}`;

/** Locks the rows in one order: no deadlocks with those who end sessions. */
const UPDATE = `WITH locked AS MATERIALIZED (SELECT id FROM artifacts WHERE id = ANY($2) ORDER BY id FOR UPDATE)
  UPDATE artifacts SET payload = input.payload, account_id = input.account_id, uid = input.uid,
    expires_at = to_timestamp(input.expires_at)
  FROM locked JOIN ${ROWS} ON locked.id = decode(input.id, 'hex') WHERE artifacts.id = locked.id`;

/** The row with the key $2 is replaced by one with another key, unless it was deleted. */
const REPLACE = `WITH former AS (DELETE FROM artifacts WHERE id = decode($2, 'hex') RETURNING id)
  ${INSERT} FROM ${ROWS} WHERE EXISTS (SELECT FROM former) ${ON_CONFLICT}`;

const CONSUME = `WITH consumed AS (
    UPDATE artifacts SET consumed_at = now() WHERE id = ANY($2) AND consumed_at IS NULL
    RETURNING encode(id, 'hex') AS key),
  written AS (
    ${INSERT} FROM ${ROWS} WHERE consumes IN (SELECT key FROM consumed) ORDER BY input.id ${ON_CONFLICT})
  SELECT key FROM consumed`;

const INSERT_ONCE = `
  INSERT INTO artifacts (id, model, payload, expires_at) VALUES (decode($1, 'hex'), $2, $3, to_timestamp($4))
  ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at
    WHERE artifacts.expires_at < now()`;

/** Rows that are deleted at a time, so that no other statement waits long for one of them. */
const DELETED_AT_ONCE = 5_000;

/** Commits without waiting for the disk or a standby: what reappears after a crash is deleted again. */
const PURGE = `
  WITH deleted AS (DELETE FROM artifacts WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM artifacts WHERE expires_at >= $2::timestamptz AND expires_at < now()
    ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING expires_at)
  SELECT count(*)::int AS count, max(expires_at)::text AS last,
    set_config('synchronous_commit', 'off', true) FROM deleted`;

/** At most `DELETED_AT_ONCE` of them, and none that a request is writing at the moment. */
const DELETE_INVALIDATED = `
  DELETE FROM artifacts WHERE id IN (SELECT id FROM artifacts a WHERE client_id = $1 AND NOT EXISTS (
    SELECT FROM oauth_clients c WHERE c.client_id = a.client_id AND c.deleted_at IS NULL
      AND coalesce((a.payload->>'clientTokensValidAfter')::float8, 0) = ${TOKENS_VALID_AFTER})
    LIMIT ${String(DELETED_AT_ONCE)} FOR UPDATE OF a SKIP LOCKED)`;

/** The SQL of the artifacts table: every statement is prepared once per connection and takes many rows. */
export class ArtifactRepository {
  constructor(private readonly database: Database) {}

  /** The artifacts of these keys that exist, in no order, expired ones too. */
  async find(keys: string[]): Promise<StoredArtifact[]> {
    return this.#find('artifacts_find', 'id = ANY($1)', [ids(keys)]);
  }

  /** Tokens with these keys, as `find` finds them. */
  async findTokens(keys: string[]): Promise<TokenWithGrant[]> {
    const query = { name: 'artifacts_find_tokens', text: FIND_TOKENS, values: [ids(keys)] };
    return (await this.database.read<TokenWithGrant>(query)).rows;
  }

  /** The artifacts of this model with these uids. */
  async findByUid(model: number, uids: string[]): Promise<StoredArtifact[]> {
    return this.#find('artifacts_find_by_uid', 'uid = ANY($2) AND model = $1', [model, uids]);
  }

  async findByUserCode(model: number, userCode: Buffer): Promise<StoredArtifact | undefined> {
    const where = 'user_code = $2 AND model = $1';
    return (await this.#find('artifacts_find_by_user_code', where, [model, userCode]))[0];
  }

  /** The id of the newest grant of the account to the client that has not expired. */
  async newestGrant(accountId: string, clientId: string): Promise<string | undefined> {
    const query = { name: 'artifacts_newest_grant', text: NEWEST_GRANT, values: [accountId, clientId] };
    return (await this.database.read<{ uid: string }>(query)).rows[0]?.uid;
  }

  /** Inserts each row, or replaces one but for its consumption. No key may occur twice. */
  async upsert(rows: ArtifactRow[]): Promise<void> {
    await this.#write('artifacts_upsert', UPSERT, [toJson(rows.map((row) => ({ row })))]);
  }

  /** Updates the rows that exist. No key may occur twice. */
  async update(rows: ArtifactRow[]): Promise<void> {
    const values = [toJson(rows.map((row) => ({ row }))), ids(rows.map(({ key }) => key))];
    await this.#write('artifacts_update', UPDATE, values);
  }

  /** Deletes the row with the key `former` and inserts this one; neither when there is no such row. */
  async replace(former: string, row: ArtifactRow): Promise<void> {
    await this.#write('artifacts_replace', REPLACE, [toJson([{ row }]), former]);
  }

  /** Inserts the row unless one with its key exists and is not expired; false when it does. */
  async insertOnce(row: Pick<ArtifactRow, 'key' | 'model' | 'payload' | 'expiresAt'>): Promise<boolean> {
    const values = [row.key, row.model, row.payload, row.expiresAt];
    return (await this.#write('artifacts_insert_once', INSERT_ONCE, values)).rowCount === 1;
  }

  /**
   * Consumes each and writes its rows, or does neither when it is consumed already. Returns the keys of those that this
   * call consumed (RFC 6749 section 4.1.2). No key may occur twice.
   */
  async consume(consumptions: Consumption[]): Promise<string[]> {
    const rows = consumptions.flatMap(({ key, rows: own }) => own.map((row) => ({ row, consumes: key })));
    const values = [toJson(rows), ids(consumptions.map(({ key }) => key))];
    const consumed = await this.#write<{ key: string }>('artifacts_consume', CONSUME, values);
    return consumed.rows.map(({ key }) => key);
  }

  async destroy(keys: string[]): Promise<void> {
    await this.#write('artifacts_destroy', 'DELETE FROM artifacts WHERE id = ANY($1)', [ids(keys)]);
  }

  /** Deletes every code and token of these grants. */
  async revokeByGrantIds(grantIds: string[]): Promise<void> {
    await this.#write('artifacts_revoke', 'DELETE FROM artifacts WHERE grant_id = ANY($1)', [grantIds]);
  }

  /**
   * Deletes the artifacts of a client that are invalid: all of them if the client is deleted, otherwise those with another
   * `clientTokensValidAfter` than the client's. Ends early when `stopping` aborts.
   */
  async deleteInvalidated(clientId: string, stopping?: AbortSignal): Promise<void> {
    const statement = { name: 'artifacts_delete_invalidated', text: DELETE_INVALIDATED, values: [clientId] };
    let more = true;
    while (more && !stopping?.aborted) {
      more = (await this.database.background(statement)).rowCount === DELETED_AT_ONCE;
    }
  }

  /**
   * Deletes at most `limit` expired rows in the order in which they expired, skipping locked ones. `last` is when the last
   * of them expired; the next call starts `from` there, because it would read all deleted rows again otherwise.
   */
  async purgeExpired(limit: number, from = '-infinity'): Promise<{ count: number; last: string | null }> {
    const statement = { name: 'artifacts_purge', text: PURGE, values: [limit, from] };
    const { rows } = await this.database.background<{ count: number; last: string | null }>(statement);
    return rows[0] ?? { count: 0, last: null };
  }

  async #find(name: string, where: string, values: unknown[]): Promise<StoredArtifact[]> {
    return (await this.database.read<StoredArtifact>({ name, text: `${FIND} ${where}`, values })).rows;
  }

  #write<R extends pg.QueryResultRow>(
    name: string,
    text: string,
    values: unknown[],
  ): Promise<pg.QueryResult<R>> {
    return this.database.write<R>({ name, text, values });
  }
}

/** A bytea[] in PostgreSQL's text form. */
function ids(keys: string[]): string {
  return `{${keys.map((key) => `"\\\\x${key}"`).join(',')}}`;
}

/** `consumes` is the key of the artifact that must be consumed for the row to be written. */
function toJson(rows: { row: ArtifactRow; consumes?: string }[]): string {
  const members = rows.map(({ row, consumes }) => {
    const others = JSON.stringify({
      id: row.key,
      model: row.model,
      grant_id: row.grantId,
      client_id: row.clientId,
      account_id: row.accountId,
      uid: row.uid,
      user_code: row.userCode,
      sealed_id: row.sealedId,
      expires_at: row.expiresAt,
      consumes,
    });
    return `{"payload":${row.payload},${others.slice(1)}`;
  });
  return `[${members.join(',')}]`;
}
