import { ACCOUNT_COLUMNS, type AccountRow, toAccount } from '../../identity/accounts/account-row.js';
import type { Account } from '../../identity/accounts/account.js';
import type { Database } from '../../platform/db/database.js';
import { Lookup } from '../../platform/db/lookup.js';

/** An account, whatever its status, with what decides whether it needs a second factor. */
export interface AuthorizingAccount {
  account: Account;
  enrolled: { passkey: boolean; totp: boolean };
  /** Whether the person owns the installation. */
  isOperator: boolean;
  /** Whether the person has a role in an organization that requires a second factor. */
  hasDemandingRole: boolean;
  /** When all sessions were ended last; a sign-in that was proved before does not count. Null when they never were. */
  signInsValidAfter: Date | null;
}

type Row = AccountRow &
  AuthorizingAccount['enrolled'] &
  Pick<AuthorizingAccount, 'isOperator' | 'hasDemandingRole' | 'signInsValidAfter'>;

/** The organizations are looked up one by one, so that a plan made on empty tables reads no other rows. */
const FIND = `SELECT ${ACCOUNT_COLUMNS}, sign_ins_valid_after AS "signInsValidAfter", roles.*,
    EXISTS (SELECT FROM passkeys k WHERE k.account_id = a.id) AS passkey,
    EXISTS (SELECT FROM totp_secrets t WHERE t.account_id = a.id) AS totp
  FROM accounts a, LATERAL (
    SELECT coalesce(bool_or(m.org_id IS NULL), false) AS "isOperator", coalesce(bool_or(
      (SELECT o.second_factor = 'required' FROM organizations o WHERE o.id = m.org_id)), false) AS "hasDemandingRole"
    FROM members m WHERE m.subject IN
      ('account:' || a.id, CASE WHEN a.email_verified THEN 'email:' || lower(a.email) END)) AS roles
  WHERE a.id = ANY($1::uuid[])`;

/** Reads all that an authorization asks about a person in one statement. */
export class AuthorizingAccountsRepository {
  readonly #byId: Lookup<AuthorizingAccount>;

  constructor(database: Database) {
    this.#byId = new Lookup(async (ids) => {
      const { rows } = await database.read<Row>({
        name: 'authorizing_accounts_find',
        text: FIND,
        values: [ids],
      });
      return new Map(rows.map((row) => [row.id, toAuthorizingAccount(row)]));
    });
  }

  /** @param id a uuid. */
  find(id: string): Promise<AuthorizingAccount | undefined> {
    return this.#byId.find(id.toLowerCase());
  }
}

function toAuthorizingAccount(row: Row): AuthorizingAccount {
  const { passkey, totp, isOperator, hasDemandingRole, signInsValidAfter } = row;
  const enrolled = { passkey, totp };
  return { account: toAccount(row), enrolled, isOperator, hasDemandingRole, signInsValidAfter };
}
