import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import { Lookup } from '../../platform/db/lookup.js';
import { isTaken } from '../../platform/db/violations.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import { type Condition, selectSlice } from '../../platform/paging/select-slice.js';
import { ACCOUNT_COLUMNS, type AccountRow, toAccount } from './account-row.js';
import type { Account, AccountStatus } from './account.js';
import type { Profile } from './profile.js';

/** What a new row starts with; the e-mail address is canonical already. */
export interface NewAccount {
  email: string;
  emailVerified: boolean;
  passwordHash: string | null;
  profile: Profile;
}

/** Which accounts to list. */
export interface AccountFilter {
  startsWith?: string;
  status?: AccountStatus;
}

const FIND = `SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE id = ANY($1::uuid[])`;
const ACCEPTS_TOKENS = `SELECT FROM accounts WHERE id = $1 AND status = 'active'
  AND coalesce(floor(extract(epoch FROM tokens_valid_after)), 0) < $2`;

/** The table `accounts`, but for the hashes of passwords, which are for `PasswordsRepository`. */
export class AccountsRepository {
  readonly #byId: Lookup<Account>;

  constructor(private readonly database: Database) {
    this.#byId = new Lookup(async (ids) => {
      const { rows } = await database.read<AccountRow>({ name: 'accounts_find', text: FIND, values: [ids] });
      return new Map(rows.map((row) => [row.id, toAccount(row)]));
    });
  }

  /** Undefined when the e-mail address is taken. */
  async insert(account: NewAccount, sql: Sql = this.database.sql): Promise<Account | undefined> {
    const { email, emailVerified, passwordHash, profile } = account;
    const { rows } = await sql.raw<{ rows: AccountRow[] }>(
      `INSERT INTO accounts (email, email_verified, password_hash, profile)
       VALUES (?, ?, ?, ?::jsonb) ON CONFLICT ((lower(email))) DO NOTHING RETURNING ${ACCOUNT_COLUMNS}`,
      // knex's types do not know nulls among the bindings.
      [email, emailVerified, passwordHash, JSON.stringify(profile)] as string[],
    );
    return rows[0] && toAccount(rows[0]);
  }

  /** @param id a uuid. */
  find(id: string): Promise<Account | undefined> {
    return this.#byId.find(id.toLowerCase());
  }

  /** Whether a token issued at this time (seconds since the epoch) to the account is still valid. */
  async acceptsTokens(id: string, issuedAt: number): Promise<boolean> {
    const query = { name: 'accounts_accept_tokens', text: ACCEPTS_TOKENS, values: [id, issuedAt] };
    return (await this.database.read(query)).rowCount === 1;
  }

  async findByEmail(email: string): Promise<Account | undefined> {
    const { rows } = await this.database.sql.raw<{ rows: AccountRow[] }>(
      `SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE lower(email) = ?`,
      [email],
    );
    return rows[0] && toAccount(rows[0]);
  }

  /** Newest first; `startsWith` is the beginning of the canonical e-mail address or of the name, in any case. */
  list({ startsWith, status }: AccountFilter, slice: Slice): Promise<Positioned<Account>[]> {
    const pattern = `${(startsWith ?? '').toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    const where: Condition[] = [];
    if (startsWith !== undefined)
      where.push(["(lower(email) LIKE ? OR lower(profile->>'name') LIKE ?)", pattern, pattern]);
    if (status !== undefined) where.push(['status = ?', status]);
    const list = { columns: ACCOUNT_COLUMNS, from: 'accounts', time: 'created_at', id: 'id', where };
    return selectSlice(this.database.sql, list, slice, toAccount);
  }

  /** Undefined when there is no such account. */
  async lock(tx: Transaction, id: string): Promise<Account | undefined> {
    const { rows } = await tx.raw<{ rows: AccountRow[] }>(
      `SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE id = ? FOR UPDATE`,
      [id],
    );
    return rows[0] && toAccount(rows[0]);
  }

  /** Undefined when another account has the e-mail address; the transaction has failed then. */
  async update(
    tx: Transaction,
    { id, email, emailVerified, profile }: Account,
  ): Promise<Account | undefined> {
    try {
      const { rows } = await tx.raw<{ rows: AccountRow[] }>(
        `UPDATE accounts SET email = ?, email_verified = ?, profile = ?::jsonb, version = version + 1, updated_at = now()
         WHERE id = ? RETURNING ${ACCOUNT_COLUMNS}`,
        [email, emailVerified, JSON.stringify(profile), id],
      );
      return rows[0] && toAccount(rows[0]);
    } catch (error) {
      if (isTaken(error)) return undefined;
      throw error;
    }
  }
}
