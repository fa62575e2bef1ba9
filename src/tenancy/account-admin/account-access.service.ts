import type { AccountAction, AccountEvents } from '../../identity/account-events/account-events.js';
import type { AccountsService } from '../../identity/accounts/accounts.service.js';
import type { GrantedAccess, GrantsService } from '../../identity/grants/grants.service.js';
import type { NoticesService } from '../../identity/notices/notices.service.js';
import type { Passkey, PasskeysService } from '../../identity/passkeys/passkeys.service.js';
import type {
  SecondFactors,
  SecondFactorsService,
} from '../../identity/second-factors/second-factors.service.js';
import type { KnownSession, SessionsService } from '../../identity/sessions/sessions.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import type { RecoveryService } from '../../identity/recovery/recovery.service.js';
import { found, notFound } from '../../platform/errors/errors.js';
import type { Account } from '../../identity/accounts/account.js';
import type { Actor } from '../audit/audit.service.js';
import { isClientId } from '../access/subjects.js';
import type { RoleOfAccount, RolesOfAccountsService } from '../members/roles-of-accounts.service.js';

const SESSION_UID = /^[\w-]{1,64}$/;

/** What `AccountAccessService` needs. */
export interface AccountAccessDependencies {
  database: Database;
  accounts: AccountsService;
  events: AccountEvents;
  factors: SecondFactorsService;
  grants: GrantsService;
  notices: NoticesService;
  recovery: Pick<RecoveryService, 'sendLink'>;
  roles: Pick<RolesOfAccountsService, 'list'>;
  passkeys: PasskeysService;
  sessions: SessionsService;
}

/** The second factors of an account, passkeys with them. */
export interface AccountFactors extends SecondFactors {
  passkeys: readonly Passkey[];
}

/**
 * Where an account is signed in, what applications may do with it, and its second factors; for operators and for people
 * themselves. Each change and its audit event are one transaction, in force with the next request on any node. All methods
 * throw AppError `not_found`, also for what belongs to another account.
 */
export class AccountAccessService {
  constructor(private readonly deps: AccountAccessDependencies) {}

  /** Last used first. */
  async sessions(accountId: string): Promise<KnownSession[]> {
    await this.#exists(accountId);
    return this.deps.sessions.list(accountId);
  }

  async endSession(actor: Actor, accountId: string, uid: string): Promise<void> {
    const { sessions } = this.deps;
    await this.#change(actor, accountId, 'account.session_ended', async (tx) => {
      if (!SESSION_UID.test(uid) || !(await sessions.end(tx, accountId, uid))) throw notFound('session');
    });
  }

  /** All of them, or all but one. */
  async endSessions(actor: Actor, accountId: string, except?: string): Promise<void> {
    await this.#change(actor, accountId, 'account.sessions_ended', async (tx) => {
      await this.deps.sessions.endAll(tx, accountId, { except });
    });
  }

  /** Last used first. */
  async grants(accountId: string): Promise<GrantedAccess[]> {
    await this.#exists(accountId);
    return this.deps.grants.list(accountId);
  }

  /** Takes back all that the person allowed the application. */
  async revokeGrants(actor: Actor, accountId: string, clientId: string): Promise<void> {
    const { grants } = this.deps;
    const revoke = async (tx: Transaction) => {
      if (!isClientId(clientId) || !(await grants.revoke(tx, accountId, clientId))) throw notFound('grant');
    };
    await this.#change(actor, accountId, 'account.application_revoked', revoke, clientId);
  }

  /**
   * Ends every session, or all but one, and takes back all that the person allowed any application, which is signed out of
   * the session that stays.
   */
  async endAccess(actor: Actor, accountId: string, except?: string): Promise<void> {
    const { grants, sessions } = this.deps;
    await this.#change(actor, accountId, 'account.access_ended', async (tx) => {
      await sessions.endAll(tx, accountId, { except });
      const clientIds = await grants.revokeAll(tx, accountId);
      if (except === undefined) return;
      for (const clientId of new Set(clientIds)) await sessions.removeClient(tx, accountId, clientId);
    });
  }

  async factors(accountId: string): Promise<AccountFactors> {
    await this.#exists(accountId);
    const { factors, passkeys } = this.deps;
    const [others, ofPasskeys] = await Promise.all([factors.of(accountId), passkeys.list(accountId)]);
    return { ...others, passkeys: ofPasskeys };
  }

  /** Newest first. */
  async roles(accountId: string): Promise<RoleOfAccount[]> {
    const { accounts, roles } = this.deps;
    return roles.list(found(await accounts.find(accountId), 'account'));
  }

  /** For an operator: mails the person a link to set a new password. Throws as `RecoveryService.sendLink` does. */
  async sendRecovery(actor: Actor, accountId: string): Promise<void> {
    const { recovery } = this.deps;
    await this.#change(actor, accountId, 'account.recovery_sent', (tx, account) =>
      recovery.sendLink(tx, account),
    );
  }

  /** For an operator: removes every second factor, and signs the person out everywhere. */
  async resetFactors(actor: Actor, accountId: string): Promise<void> {
    const { factors, grants, notices, sessions } = this.deps;
    await this.#change(actor, accountId, 'account.factors_reset', async (tx, account) => {
      await factors.reset(tx, accountId);
      await sessions.endAll(tx, accountId);
      await grants.revokeAll(tx, accountId);
      await notices.send(tx, account, 'operator_reset_factors');
    });
  }

  async #exists(accountId: string): Promise<void> {
    found(await this.deps.accounts.find(accountId), 'account');
  }

  #change(
    actor: Actor,
    accountId: string,
    action: AccountAction,
    work: (tx: Transaction, account: Account) => Promise<void>,
    clientId?: string,
  ): Promise<void> {
    const { accounts, database, events } = this.deps;
    return database.transaction(async (tx) => {
      await work(tx, await accounts.lock(tx, accountId));
      await events.record(tx, { actor, action, accountId, ...(clientId === undefined ? {} : { clientId }) });
    });
  }
}
