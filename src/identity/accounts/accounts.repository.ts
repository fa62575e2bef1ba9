import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import { Lookup } from '../../platform/db/lookup.js';
import { isTaken } from '../../platform/db/violations.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import { type Condition, selectSlice } from '../../platform/paging/select-slice.js';
import type { Account } from './account.js';
import type { Profile } from './profile.js';

/** What a new row starts with; the e-mail address is canonical already. */
export interface NewAccount {
  email: string;
  emailVerified: boolean;
  passwordHash: string;
  profile: Profile;
}

/** Which accounts to list. */
export interface AccountFilter {
  startsWith?: string;
}

interface Row {
  id: string;
  email: string;
  email_verified: boolean;
  profile: Profile;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = 'id, email, email_verified, profile, created_at, updated_at';
const FIND = `SELECT ${COLUMNS} FROM accounts WHERE id = ANY($1::uuid[])`;
const ACCEPTS_TOKENS = `SELECT FROM accounts WHERE id = $1
  AND coalesce(floor(extract(epoch FROM tokens_valid_after)), 0) < $2`;

/** The table `accounts`. Password hashes leave it only through `findWithHash`. */
export class AccountsRepository {
  readonly #byId: Lookup<Account>;

  constructor(private readonly database: Database) {
    this.#byId = new Lookup(async (ids) => {
      const { rows } = await database.read<Row>({ name: 'accounts_find', text: FIND, values: [ids] });
      return new Map(rows.map((row) => [row.id, toAccount(row)]));
    });
  }

  /** Undefined when the e-mail address is taken. */
  async insert(account: NewAccount, sql: Sql = this.database.sql): Promise<Account | undefined> {
    const { rows } = await sql.raw<{ rows: Row[] }>(
      `INSERT INTO accounts (email, email_verified, password_hash, profile)
       VALUES (?, ?, ?, ?::jsonb) ON CONFLICT ((lower(email))) DO NOTHING RETURNING ${COLUMNS}`,
      [account.email, account.emailVerified, account.passwordHash, JSON.stringify(account.profile)],
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

  async findWithHash(email: string): Promise<{ account: Account; passwordHash: string } | undefined> {
    const { rows } = await this.database.sql.raw<{ rows: (Row & { password_hash: string })[] }>(
      `SELECT ${COLUMNS}, password_hash FROM accounts WHERE lower(email) = ?`,
      [email],
    );
    return rows[0] && { account: toAccount(rows[0]), passwordHash: rows[0].password_hash };
  }

  /** Newest first; `startsWith` is the beginning of the canonical e-mail address or of the name, in any case. */
  list({ startsWith }: AccountFilter, slice: Slice): Promise<Positioned<Account>[]> {
    const pattern = `${(startsWith ?? '').toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    const where: Condition[] =
      startsWith === undefined
        ? []
        : [["(lower(email) LIKE ? OR lower(profile->>'name') LIKE ?)", pattern, pattern]];
    const list = { columns: COLUMNS, from: 'accounts', time: 'created_at', id: 'id', where };
    return selectSlice(this.database.sql, list, slice, toAccount);
  }

  /** Undefined when there is no such account. */
  async lock(tx: Transaction, id: string): Promise<Account | undefined> {
    const { rows } = await tx.raw<{ rows: Row[] }>(
      `SELECT ${COLUMNS} FROM accounts WHERE id = ? FOR UPDATE`,
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
      const { rows } = await tx.raw<{ rows: Row[] }>(
        `UPDATE accounts SET email = ?, email_verified = ?, profile = ?::jsonb, updated_at = now()
         WHERE id = ? RETURNING ${COLUMNS}`,
        [email, emailVerified, JSON.stringify(profile), id],
      );
      return rows[0] && toAccount(rows[0]);
    } catch (error) {
      if (isTaken(error)) return undefined;
      throw error;
    }
  }

  /** Stores a better hash of the same password, unless the password was changed meanwhile. */
  async replaceHash(id: string, before: string, after: string): Promise<void> {
    await this.database.sql.raw('UPDATE accounts SET password_hash = ? WHERE id = ? AND password_hash = ?', [
      after,
      id,
      before,
    ]);
  }

  /** Undefined when there is no such account. */
  async updatePassword(tx: Transaction, email: string, passwordHash: string): Promise<Account | undefined> {
    const { rows } = await tx.raw<{ rows: Row[] }>(
      `UPDATE accounts SET password_hash = ?, updated_at = now(), tokens_valid_after = clock_timestamp() WHERE lower(email) = ? RETURNING ${COLUMNS}`,
      [passwordHash, email],
    );
    return rows[0] && toAccount(rows[0]);
  }
}

function toAccount(row: Row): Account {
  return {
    id: row.id,
    email: row.email,
    emailVerified: row.email_verified,
    profile: row.profile,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
