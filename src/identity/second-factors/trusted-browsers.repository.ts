import type { Database, Sql, Transaction } from '../../platform/db/database.js';

/** A browser that is not asked for a second factor. */
export interface TrustedBrowser {
  id: string;
  userAgent: string;
  createdAt: Date;
  expiresAt: Date;
}

/** The password has not changed since, and the time is not over. */
const VALID = `t.expires_at > now()
  AND t.created_at > coalesce((SELECT a.tokens_valid_after FROM accounts a WHERE a.id = t.account_id), '-infinity')`;
const IS_TRUSTED = `SELECT FROM trusted_browsers t WHERE t.digest = $1 AND t.account_id = $2 AND ${VALID}`;

/** The table `trusted_browsers`. */
export class TrustedBrowsersRepository {
  constructor(private readonly database: Database) {}

  async insert(
    tx: Transaction,
    accountId: string,
    { digest, userAgent, seconds }: { digest: Buffer; userAgent: string; seconds: number },
  ): Promise<void> {
    await tx.raw(
      `INSERT INTO trusted_browsers (account_id, digest, user_agent, expires_at)
       VALUES (?, ?, ?, now() + make_interval(secs => ?))`,
      [accountId, digest, userAgent, seconds],
    );
  }

  async isTrusted(accountId: string, digest: Buffer): Promise<boolean> {
    const query = { name: 'trusted_browsers_find', text: IS_TRUSTED, values: [digest, accountId] };
    return (await this.database.read(query)).rowCount === 1;
  }

  /** Newest first. `digest` is that of the browser in use. */
  async list(accountId: string, digest: Buffer | null): Promise<(TrustedBrowser & { isThis: boolean })[]> {
    const { rows } = await this.database.sql.raw<{ rows: (TrustedBrowser & { isThis: boolean })[] }>(
      `SELECT t.id, t.user_agent AS "userAgent", t.created_at AS "createdAt", t.expires_at AS "expiresAt",
         coalesce(t.digest = ?, false) AS "isThis"
       FROM trusted_browsers t WHERE t.account_id = ? AND ${VALID} ORDER BY t.created_at DESC, t.id LIMIT 100`,
      [digest, accountId],
    );
    return rows;
  }

  /** Forgets this browser of the account, or all of them. */
  async delete(tx: Transaction, accountId: string, id?: string): Promise<number> {
    return tx('trusted_browsers')
      .where({ account_id: accountId, ...(id === undefined ? {} : { id }) })
      .delete();
  }

  /** Deletes at most `limit` rows that have expired; returns how many it deleted. */
  async deleteExpired(limit: number, sql: Sql = this.database.sql): Promise<number> {
    const { rowCount } = await sql.raw<{ rowCount: number }>(
      `DELETE FROM trusted_browsers WHERE id IN
         (SELECT id FROM trusted_browsers WHERE expires_at <= now() LIMIT ? FOR UPDATE SKIP LOCKED)`,
      [limit],
    );
    return rowCount;
  }
}
