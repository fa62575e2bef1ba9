import type { Database } from '../../platform/db/database.js';
import { ACCOUNT_COLUMNS, type AccountRow, toAccount } from '../accounts/account-row.js';
import type { OwnSession, ValidSession } from './own-session.js';

interface Row extends AccountRow {
  engine_session_uid: string;
  auth_time: number;
  acr: string | null;
  amr: string[];
  seen_seconds_ago: number;
  has_second_factor: boolean;
}

/** The engine's model number of a session, see `adapters/artifact.models.ts`. */
const ENGINE_SESSION = 1;

const FIND = `SELECT ${ACCOUNT_COLUMNS}, session.*,
    EXISTS (SELECT FROM passkeys k WHERE k.account_id = a.id)
      OR EXISTS (SELECT FROM totp_secrets t WHERE t.account_id = a.id) AS has_second_factor
  FROM (
    SELECT o.account_id, o.engine_session_uid, extract(epoch FROM o.auth_time)::float8 AS auth_time, o.acr, o.amr,
      extract(epoch FROM now() - o.last_seen_at)::float8 AS seen_seconds_ago
    FROM own_sessions o
    JOIN artifacts s ON s.uid = o.engine_session_uid AND s.model = ${String(ENGINE_SESSION)}
      AND s.account_id = o.account_id::text AND s.expires_at > now()
    WHERE o.id = $1 AND o.expires_at > now() AND o.last_seen_at > now() - make_interval(secs => $2)) AS session
  JOIN accounts a ON a.id = session.account_id AND a.status = 'active'`;

const INSERT = `WITH replaced AS (DELETE FROM own_sessions WHERE id = $7)
  INSERT INTO own_sessions (id, account_id, engine_session_uid, auth_time, acr, amr, expires_at)
  VALUES ($1, $2, $3, to_timestamp($4), $5, $6, now() + make_interval(secs => $8))`;

/** The table `own_sessions`; ids are digests. */
export class OwnSessionsRepository {
  constructor(private readonly database: Database) {}

  /**
   * One statement. Undefined also when it was not used for `idleSeconds`, when the engine's session has ended or changed its
   * account, and when the account is not active.
   */
  async find(
    id: Buffer,
    idleSeconds: number,
  ): Promise<{ session: ValidSession; seenSecondsAgo: number } | undefined> {
    const query = { name: 'own_sessions_find', text: FIND, values: [id, idleSeconds] };
    const row = (await this.database.read<Row>(query)).rows[0];
    if (!row) return undefined;
    const { engine_session_uid, auth_time, seen_seconds_ago, has_second_factor, acr, amr } = row;
    const session = {
      accountId: row.id,
      account: toAccount(row),
      hasSecondFactor: has_second_factor,
      engineSessionUid: engine_session_uid,
      authTime: auth_time,
      acr,
      amr,
    };
    return { session, seenSecondsAgo: seen_seconds_ago };
  }

  /** Also deletes the session with the id `replaced`. */
  async insert(id: Buffer, session: OwnSession, lifetime: number, replaced: Buffer | null): Promise<void> {
    const { accountId, engineSessionUid, authTime, acr, amr } = session;
    const values = [id, accountId, engineSessionUid, authTime, acr, amr, replaced, lifetime];
    await this.database.write({ name: 'own_sessions_insert', text: INSERT, values });
  }

  async touch(id: Buffer): Promise<void> {
    const text = 'UPDATE own_sessions SET last_seen_at = now() WHERE id = $1';
    await this.database.write({ name: 'own_sessions_touch', text, values: [id] });
  }

  async updateMethods(id: Buffer, amr: readonly string[], acr: string): Promise<void> {
    const text = 'UPDATE own_sessions SET amr = $2, acr = $3 WHERE id = $1';
    await this.database.write({ name: 'own_sessions_methods', text, values: [id, amr, acr] });
  }

  /** Deletes at most `limit` that have expired, and returns how many. */
  async deleteExpired(limit: number): Promise<number> {
    const text = `DELETE FROM own_sessions WHERE id IN (SELECT id FROM own_sessions WHERE expires_at < now()
      ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)`;
    return (
      (await this.database.background({ name: 'own_sessions_purge', text, values: [limit] })).rowCount ?? 0
    );
  }
}
