import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import { selectSlice } from '../../platform/paging/select-slice.js';

/** A time that a person signed in. */
export interface SignInRecord {
  id: string;
  sessionUid: string;
  /** The application that the person signed in for. */
  clientId: string | null;
  address: string | null;
  userAgent: string | null;
  amr: string[];
  /** Whether no sign-in before was in a browser of the same name. */
  newBrowser: boolean;
  occurredAt: Date;
  /** Null while the session goes on, and after it expired. */
  endedAt: Date | null;
}

/** A row to insert; times are in seconds since the epoch. */
export interface NewSignIn {
  accountId: string;
  sessionUid: string;
  clientId: string | null;
  address: string | null;
  userAgent: string | null;
  amr: readonly string[];
  newBrowser: boolean;
  occurredAt: number;
  /** See `CompletedSignIn.provedAt`. */
  provedAt: number | null;
}

/** The account of a sign-in that was just recorded. */
export interface SignedInAccount {
  email: string;
  /** Whether it is active, and its sessions were not ended since the sign-in was proved. */
  isValid: boolean;
}

const COLUMNS = `id, session_uid AS "sessionUid", client_id AS "clientId", host(address) AS address,
  user_agent AS "userAgent", amr, new_browser AS "newBrowser", occurred_at AS "occurredAt", ended_at AS "endedAt"`;
/** How many sign-ins a browser is looked for in. */
const COMPARED = 200;

/** The table `sign_ins`. */
export class SignInsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Also stores when the account was signed in to last, and waits for who changes the account meanwhile. Undefined when the
   * sign-in is recorded already.
   */
  async insert(tx: Transaction, signIn: NewSignIn): Promise<SignedInAccount | undefined> {
    const { accountId, sessionUid, clientId, address, userAgent, amr, newBrowser, occurredAt, provedAt } =
      signIn;
    const { rows } = await tx.raw<{ rows: SignedInAccount[] }>(
      `WITH inserted AS (
         INSERT INTO sign_ins (account_id, session_uid, client_id, address, user_agent, amr, new_browser, occurred_at)
         VALUES (?, ?, ?, ?::inet, ?, ?, ?, to_timestamp(?))
         ON CONFLICT (session_uid, occurred_at) DO NOTHING RETURNING account_id, occurred_at)
       UPDATE accounts SET last_sign_in_at = greatest(last_sign_in_at, inserted.occurred_at)
       FROM inserted WHERE accounts.id = inserted.account_id
       RETURNING accounts.email, accounts.status = 'active' AND coalesce(
         to_timestamp(?::float8 / 1000) >= date_trunc('milliseconds', sign_ins_valid_after), true) AS "isValid"`,
      [
        accountId,
        sessionUid,
        clientId,
        address,
        userAgent,
        [...amr],
        newBrowser,
        occurredAt,
        provedAt,
      ] as unknown as string[],
    );
    return rows[0];
  }

  /** Has sign-ins of the account that were proved before, and not completed yet, give no session. */
  async invalidatePending(tx: Transaction, accountId: string): Promise<void> {
    await tx.raw('UPDATE accounts SET sign_ins_valid_after = clock_timestamp() WHERE id = ?', [accountId]);
  }

  /** The distinct browsers of the last sign-ins of the account. */
  async userAgents(tx: Transaction, accountId: string): Promise<(string | null)[]> {
    const { rows } = await tx.raw<{ rows: { user_agent: string | null }[] }>(
      `SELECT DISTINCT user_agent FROM (
         SELECT user_agent FROM sign_ins WHERE account_id = ? ORDER BY occurred_at DESC, id DESC LIMIT ?) AS last`,
      [accountId, COMPARED],
    );
    return rows.map(({ user_agent }) => user_agent);
  }

  /** Newest first. */
  list(accountId: string, slice: Slice): Promise<Positioned<SignInRecord>[]> {
    const list = {
      columns: COLUMNS,
      from: 'sign_ins',
      time: 'occurred_at',
      id: 'id',
      where: [['account_id = ?', accountId] as const],
    };
    return selectSlice(this.database.sql, list, slice, (row: SignInRecord) => row);
  }

  /** The last sign-in of each of these sessions, by uid. */
  async lastOf(sessionUids: readonly string[]): Promise<Map<string, SignInRecord>> {
    const { rows } = await this.database.sql.raw<{ rows: SignInRecord[] }>(
      `SELECT DISTINCT ON (session_uid) ${COLUMNS} FROM sign_ins WHERE session_uid = ANY (?)
       ORDER BY session_uid, occurred_at DESC`,
      [[...sessionUids]] as unknown as string[],
    );
    return new Map(rows.map((row) => [row.sessionUid, row]));
  }

  /** Stores that the sessions have ended. */
  async end(sessionUids: readonly string[], sql: Sql = this.database.sql): Promise<void> {
    if (sessionUids.length === 0) return;
    await sql.raw('UPDATE sign_ins SET ended_at = now() WHERE session_uid = ANY (?) AND ended_at IS NULL', [
      [...sessionUids],
    ] as unknown as string[]);
  }

  /** Deletes at most `limit` that are older; returns how many. */
  async deleteOlderThan(days: number, limit: number): Promise<number> {
    const text = `DELETE FROM sign_ins WHERE id IN (
      SELECT id FROM sign_ins WHERE occurred_at < now() - make_interval(days => $1) ORDER BY occurred_at LIMIT $2)`;
    const statement = { name: 'sign_ins_delete_old', text, values: [days, limit] };
    return (await this.database.background(statement)).rowCount ?? 0;
  }
}
