import type { Database, Transaction } from '../../platform/db/database.js';
import { ACCOUNT_COLUMNS, type AccountRow, toAccount } from '../accounts/account-row.js';
import type { Account } from '../accounts/account.js';

/** An account with the hash of its password; null for a person without one. */
export interface AccountWithHash {
  account: Account;
  passwordHash: string | null;
}

/** The hashes of passwords in the table `accounts`. */
export class PasswordsRepository {
  constructor(private readonly database: Database) {}

  /** @param email canonical */
  async findByEmail(email: string): Promise<AccountWithHash | undefined> {
    return this.#find('lower(email) = ?', email);
  }

  /** @param id a uuid */
  async find(id: string): Promise<AccountWithHash | undefined> {
    return this.#find('id = ?', id);
  }

  /** Stores a better hash of the same password, unless the password was changed meanwhile. */
  async replaceHash(id: string, before: string, after: string): Promise<void> {
    await this.database.sql.raw('UPDATE accounts SET password_hash = ? WHERE id = ? AND password_hash = ?', [
      after,
      id,
      before,
    ]);
  }

  /**
   * Stores the hash of a new password, and ends tokens of the admin API. Undefined when there is no such account, or, where
   * `before` is given, when its hash is another by now.
   */
  async update(
    tx: Transaction,
    id: string,
    hash: string,
    before?: string | null,
  ): Promise<Account | undefined> {
    const condition = before === undefined ? '' : 'AND password_hash IS NOT DISTINCT FROM ?';
    const { rows } = await tx.raw<{ rows: AccountRow[] }>(
      `UPDATE accounts SET password_hash = ?, password_changed_at = now(), version = version + 1, updated_at = now(),
         tokens_valid_after = clock_timestamp()
       WHERE id = ? ${condition} RETURNING ${ACCOUNT_COLUMNS}`,
      [hash, id, ...(before === undefined ? [] : [before])] as string[],
    );
    return rows[0] && toAccount(rows[0]);
  }

  async #find(where: string, value: string): Promise<AccountWithHash | undefined> {
    const { rows } = await this.database.sql.raw<{ rows: (AccountRow & { password_hash: string | null })[] }>(
      `SELECT ${ACCOUNT_COLUMNS}, password_hash FROM accounts WHERE ${where}`,
      [value],
    );
    return rows[0] && { account: toAccount(rows[0]), passwordHash: rows[0].password_hash };
  }
}
