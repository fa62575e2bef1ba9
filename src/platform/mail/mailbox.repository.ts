import type { Database } from '../db/database.js';
import type { Positioned, Slice } from '../paging/page.js';
import { selectSlice } from '../paging/select-slice.js';

/** A kept mail as stored. */
export interface MailboxRow {
  id: string;
  sealed: Buffer;
  created_at: Date;
}

const COLUMNS = 'id, sealed, created_at';
const PURGE = 'DELETE FROM development_mailbox WHERE created_at < now() - make_interval(hours => $1)';

/** The SQL of the table `development_mailbox`. */
export class MailboxRepository {
  constructor(private readonly database: Database) {}

  /** Does nothing when a mail with this id is there already. */
  async insert(id: string, sealed: Buffer): Promise<void> {
    await this.database.sql.raw(
      'INSERT INTO development_mailbox (id, sealed) VALUES (?, ?) ON CONFLICT (id) DO NOTHING',
      [id, sealed],
    );
  }

  /** Newest first. */
  list(slice: Slice): Promise<Positioned<MailboxRow>[]> {
    const list = { columns: COLUMNS, from: 'development_mailbox', time: 'created_at', id: 'id' };
    return selectSlice(this.database.sql, list, slice, (row: MailboxRow) => row);
  }

  async find(id: string): Promise<MailboxRow | undefined> {
    const { rows } = await this.database.sql.raw<{ rows: MailboxRow[] }>(
      `SELECT ${COLUMNS} FROM development_mailbox WHERE id = ?`,
      [id],
    );
    return rows[0];
  }

  /** Deletes the mails that are older; returns how many. */
  async purge(hours: number): Promise<number> {
    const { rowCount } = await this.database.write({ name: 'mailbox_purge', text: PURGE, values: [hours] });
    return rowCount ?? 0;
  }
}
