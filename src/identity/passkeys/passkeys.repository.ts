import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import type { NewPasskey, StoredPasskey } from './passkey.js';

const COLUMNS = `id, account_id AS "accountId", name, device_type = 'multiDevice' AS synced, created_at AS "createdAt",
  last_used_at AS "lastUsedAt", credential_id AS "credentialId", user_handle AS "userHandle",
  public_key AS "publicKey", sign_count::float8 AS "signCount", transports`;

/** The table `passkeys`. */
export class PasskeysRepository {
  constructor(private readonly database: Database) {}

  /** Oldest first. */
  async list(accountId: string, sql: Sql = this.database.sql): Promise<StoredPasskey[]> {
    const { rows } = await sql.raw<{ rows: StoredPasskey[] }>(
      `SELECT ${COLUMNS} FROM passkeys WHERE account_id = ? ORDER BY created_at, id`,
      [accountId],
    );
    return rows;
  }

  async findByCredential(credentialId: Buffer): Promise<StoredPasskey | undefined> {
    const { rows } = await this.database.sql.raw<{ rows: StoredPasskey[] }>(
      `SELECT ${COLUMNS} FROM passkeys WHERE credential_id = ?`,
      [credentialId],
    );
    return rows[0];
  }

  /** Undefined when the credential belongs to an account already. */
  async insert(tx: Transaction, passkey: NewPasskey): Promise<StoredPasskey | undefined> {
    const { rows } = await tx.raw<{ rows: StoredPasskey[] }>(
      `INSERT INTO passkeys (account_id, name, credential_id, user_handle, rp_id, public_key, sign_count, transports,
         aaguid, device_type, backed_up)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (credential_id) DO NOTHING RETURNING ${COLUMNS}`,
      [
        passkey.accountId,
        passkey.name,
        passkey.credentialId,
        passkey.userHandle,
        passkey.rpId,
        passkey.publicKey,
        passkey.signCount,
        passkey.transports,
        passkey.aaguid,
        passkey.deviceType,
        passkey.backedUp,
      ],
    );
    return rows[0];
  }

  /**
   * Records a use. False when the passkey is gone, or when the counter of one that cannot be copied did not advance
   * (WebAuthn section 6.1.1). Authenticators without a counter send zero each time.
   */
  async recordUse(tx: Transaction, id: string, signCount: number, backedUp: boolean): Promise<boolean> {
    const { rowCount } = await tx.raw<{ rowCount: number }>(
      `UPDATE passkeys SET sign_count = ?, backed_up = ?, last_used_at = now()
       WHERE id = ? AND (device_type = 'multiDevice' OR sign_count < ? OR (sign_count = 0 AND ? = 0))`,
      [signCount, backedUp, id, signCount, signCount],
    );
    return rowCount === 1;
  }

  /** Undefined when the account has no such passkey. */
  async rename(
    tx: Transaction,
    accountId: string,
    id: string,
    name: string,
  ): Promise<StoredPasskey | undefined> {
    const { rows } = await tx.raw<{ rows: StoredPasskey[] }>(
      `UPDATE passkeys SET name = ? WHERE id = ? AND account_id = ? RETURNING ${COLUMNS}`,
      [name, id, accountId],
    );
    return rows[0];
  }

  /** Undefined when the account has no such passkey. */
  async delete(tx: Transaction, accountId: string, id: string): Promise<StoredPasskey | undefined> {
    const { rows } = await tx.raw<{ rows: StoredPasskey[] }>(
      `DELETE FROM passkeys WHERE id = ? AND account_id = ? RETURNING ${COLUMNS}`,
      [id, accountId],
    );
    return rows[0];
  }

  async deleteAll(tx: Transaction, accountId: string): Promise<void> {
    await tx('passkeys').where({ account_id: accountId }).delete();
  }

  /** How many passkeys belong to another domain than this one. */
  async countOfOtherDomains(rpId: string): Promise<number> {
    const { rows } = await this.database.sql.raw<{ rows: { count: number }[] }>(
      'SELECT count(*)::int AS count FROM passkeys WHERE rp_id <> ?',
      [rpId],
    );
    return rows[0]?.count ?? 0;
  }
}
