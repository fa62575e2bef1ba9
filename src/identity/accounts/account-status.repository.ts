import type { Database, Transaction } from '../../platform/db/database.js';
import { ACCOUNT_COLUMNS, type AccountRow, toAccount } from './account-row.js';
import type { Account, DeletionRequester } from './account.js';

const PURGED_AT_ONCE = 100;

/** Who asked for a deletion, and how many days from now it is. */
export interface Deletion {
  requestedBy: DeletionRequester;
  days: number;
}

/** The status in the table `accounts`, and the end of its rows. */
export class AccountStatusRepository {
  constructor(private readonly database: Database) {}

  /** Changes the status of a locked account, and ends tokens of the admin API that were issued before. */
  async set(tx: Transaction, id: string, status: Account['status'], deletion?: Deletion): Promise<Account> {
    const { days = 0, requestedBy = null } = deletion ?? {};
    const { rows } = await tx.raw<{ rows: [AccountRow] }>(
      `UPDATE accounts SET status = ?, version = version + 1, updated_at = now(), tokens_valid_after = clock_timestamp(),
         disabled_at = CASE ?::text WHEN 'disabled' THEN coalesce(disabled_at, now()) WHEN 'deleting' THEN disabled_at END,
         delete_after = CASE ?::text WHEN 'deleting' THEN now() + make_interval(days => ?) END,
         deletion_requested_by = ?
       WHERE id = ? RETURNING ${ACCOUNT_COLUMNS}`,
      [status, status, status, days, requestedBy, id] as string[],
    );
    return toAccount(rows[0]);
  }

  /** Makes a deletion that a person asked for one that an operator asked for. */
  async takeDeletionOver(tx: Transaction, id: string): Promise<Account> {
    const { rows } = await tx.raw<{ rows: [AccountRow] }>(
      `UPDATE accounts SET deletion_requested_by = 'operator', version = version + 1, updated_at = now()
       WHERE id = ? RETURNING ${ACCOUNT_COLUMNS}`,
      [id],
    );
    return toAccount(rows[0]);
  }

  /** Some accounts whose time to be restored is over. */
  async due(): Promise<string[]> {
    const { rows } = await this.database.sql.raw<{ rows: { id: string }[] }>(
      'SELECT id FROM accounts WHERE delete_after <= now() ORDER BY delete_after LIMIT ?',
      [PURGED_AT_ONCE],
    );
    return rows.map(({ id }) => id);
  }

  /** Deletes the account if its time to be restored is over; false when it was restored meanwhile. */
  async delete(tx: Transaction, id: string): Promise<boolean> {
    const { rowCount } = await tx.raw<{ rowCount: number }>(
      'DELETE FROM accounts WHERE id = ? AND delete_after <= now()',
      [id],
    );
    return rowCount === 1;
  }
}
