import type { Database, Transaction } from '../../platform/db/database.js';

/** A code as it is written. Durations are in seconds. */
export interface NewCodeRow {
  id: Buffer;
  purpose: string;
  addressDigest: Buffer;
  accountId: string;
  codeDigest: Buffer;
  payload: Buffer;
  linkSeconds: number;
  codeSeconds: number;
}

/** What is read of a code that is valid. */
export interface CodeRow {
  addressDigest: Buffer;
  accountId: string;
  payload: Buffer;
  createdAt: Date;
  expiresAt: Date;
}

/** A code that was tried: whether it was right, and how often it was tried. */
export interface TriedRow extends CodeRow {
  matches: boolean;
  attempts: number;
}

const COLUMNS = `address_digest AS "addressDigest", account_id AS "accountId", payload,
  created_at AS "createdAt", expires_at AS "expiresAt"`;
const VALID = 'id = $1 AND purpose = $2 AND consumed_at IS NULL AND expires_at > now()';
const FIND = `SELECT ${COLUMNS} FROM one_time_codes WHERE ${VALID}`;
const EXCHANGE_LINK = `
  UPDATE one_time_codes SET id = $3, code_digest = NULL, expires_at = now() + make_interval(secs => $4)
  WHERE ${VALID} RETURNING ${COLUMNS}`;
const EXCHANGE_CODE = `
  UPDATE one_time_codes SET attempts = attempts + 1,
    id = CASE WHEN code_digest = $5 THEN $3 ELSE id END,
    expires_at = CASE WHEN code_digest = $5 THEN now() + make_interval(secs => $4) ELSE expires_at END,
    code_digest = CASE WHEN code_digest = $5 THEN NULL ELSE code_digest END
  WHERE ${VALID} AND code_digest IS NOT NULL AND code_expires_at > now() AND attempts < $6
  RETURNING ${COLUMNS}, id = $3 AS matches, attempts`;
const PURGE = `WITH gone AS (
    DELETE FROM one_time_codes WHERE id IN (
      SELECT id FROM one_time_codes WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING 1)
  SELECT count(*)::int AS count FROM gone`;

/** The SQL of the table `one_time_codes`. All times are by the database's clock. */
export class OneTimeCodesRepository {
  constructor(private readonly database: Database) {}

  /** Replaces the code of the same purpose and address. Returns when link and code expire. */
  async replace(tx: Transaction, row: NewCodeRow): Promise<{ expiresAt: Date; codeExpiresAt: Date }> {
    const { rows } = await tx.raw<{ rows: { expiresAt: Date; codeExpiresAt: Date }[] }>(
      `INSERT INTO one_time_codes
         (id, purpose, address_digest, account_id, code_digest, payload, expires_at, code_expires_at)
       VALUES (?, ?, ?, ?, ?, ?, now() + make_interval(secs => ?), now() + make_interval(secs => ?))
       ON CONFLICT (address_digest, purpose) DO UPDATE SET id = excluded.id, account_id = excluded.account_id,
         code_digest = excluded.code_digest, payload = excluded.payload, attempts = 0, consumed_at = NULL,
         expires_at = excluded.expires_at, code_expires_at = excluded.code_expires_at, created_at = now()
       RETURNING expires_at AS "expiresAt", code_expires_at AS "codeExpiresAt"`,
      [
        row.id,
        row.purpose,
        row.addressDigest,
        row.accountId,
        row.codeDigest,
        row.payload,
        row.linkSeconds,
        row.codeSeconds,
      ],
    );
    const [times] = rows;
    if (!times) throw new Error('the code was not written');
    return times;
  }

  async find(id: Buffer, purpose: string): Promise<CodeRow | undefined> {
    const query = { name: 'one_time_codes_find', text: FIND, values: [id, purpose] };
    return (await this.database.read<CodeRow>(query)).rows[0];
  }

  /** Gives the row another id, so that the link works once. Undefined when it is not valid. */
  async exchangeLink(
    id: Buffer,
    purpose: string,
    next: { id: Buffer; seconds: number },
  ): Promise<CodeRow | undefined> {
    const values = [id, purpose, next.id, next.seconds];
    const query = { name: 'one_time_codes_exchange_link', text: EXCHANGE_LINK, values };
    return (await this.database.write<CodeRow>(query)).rows[0];
  }

  /** Counts a try and, when the code is right, gives the row another id. Undefined when no try is left or it has expired. */
  async exchangeCode(
    id: Buffer,
    purpose: string,
    next: { id: Buffer; seconds: number },
    codeDigest: Buffer,
    tries: number,
  ): Promise<TriedRow | undefined> {
    const values = [id, purpose, next.id, next.seconds, codeDigest, tries];
    const query = { name: 'one_time_codes_exchange_code', text: EXCHANGE_CODE, values };
    return (await this.database.write<TriedRow>(query)).rows[0];
  }

  /** Undefined when it is not valid, or another transaction has consumed it. */
  async consume(tx: Transaction, id: Buffer, purpose: string): Promise<CodeRow | undefined> {
    const { rows } = await tx.raw<{ rows: CodeRow[] }>(
      `UPDATE one_time_codes SET consumed_at = now(), code_digest = NULL
       WHERE id = ? AND purpose = ? AND consumed_at IS NULL AND expires_at > now() RETURNING ${COLUMNS}`,
      [id, purpose],
    );
    return rows[0];
  }

  /** Deletes the codes that are about an account; of this one purpose only those made after `since`. */
  async deleteOfAccount(
    tx: Transaction,
    accountId: string,
    kept: { purpose: string; since: Date | null },
  ): Promise<void> {
    await tx.raw(
      `DELETE FROM one_time_codes WHERE account_id = ? AND (purpose <> ? OR created_at > ?::timestamptz)`,
      [accountId, kept.purpose, kept.since] as string[],
    );
  }

  async delete(tx: Transaction, purpose: string, addressDigest: Buffer): Promise<void> {
    await tx('one_time_codes').where({ purpose, address_digest: addressDigest }).delete();
  }

  /** Deletes at most `limit` expired rows; returns how many. */
  async purge(limit: number): Promise<number> {
    const query = { name: 'one_time_codes_purge', text: PURGE, values: [limit] };
    return (await this.database.write<{ count: number }>(query)).rows[0]?.count ?? 0;
  }
}
