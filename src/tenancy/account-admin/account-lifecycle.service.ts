import type { AccountEvents, AccountAction } from '../../identity/account-events/account-events.js';
import type { Account, DeletionRequester } from '../../identity/accounts/account.js';
import type { AccountStatusService } from '../../identity/accounts/account-status.service.js';
import type { NoticeKind, NoticesService } from '../../identity/notices/notices.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { type Actor, INSTALLATION } from '../audit/audit.service.js';
import { checkVersion, type IfMatch } from '../../platform/wire/record-version.js';
import { accountSubject } from '../access/subjects.js';
import type { RolesOfAccountsService } from '../members/roles-of-accounts.service.js';

/** What `AccountLifecycleService` needs. */
export interface AccountLifecycleDependencies {
  database: Database;
  accountStatus: AccountStatusService;
  events: AccountEvents;
  notices: NoticesService;
  roles: RolesOfAccountsService;
}

type Step = (tx: Transaction, id: string) => Promise<Account>;

/**
 * Disables, deletes and brings back accounts, for operators and for people themselves. Each change, its audit event and the
 * mail to the person are one transaction; a change that changes nothing is neither recorded nor sent. All methods throw
 * AppError `not_found`, `stale` for a version that `ifMatch` does not have, and `conflict` when the status does not allow it or the last owner of the installation would go.
 */
export class AccountLifecycleService {
  constructor(private readonly deps: AccountLifecycleDependencies) {}

  /** Signs the person out everywhere, at once. */
  disable(actor: Actor, id: string, ifMatch?: IfMatch): Promise<Account> {
    const disable: Step = (tx) =>
      this.deps.roles.withoutLastOwner(tx, id, () => this.deps.accountStatus.disable(tx, id));
    return this.#change({ actor, id, ifMatch }, disable, 'account.disabled', 'operator_disabled');
  }

  enable(actor: Actor, id: string, ifMatch?: IfMatch): Promise<Account> {
    const enable: Step = (tx) => this.deps.accountStatus.enable(tx, id);
    return this.#change({ actor, id, ifMatch }, enable, 'account.enabled', 'operator_enabled');
  }

  /**
   * Signs the person out everywhere, at once, and has the account deleted in seven days. Who asked for it themselves can
   * take it back.
   */
  delete(actor: Actor, id: string, ifMatch?: IfMatch): Promise<Account> {
    const by = requesterOf(actor, id);
    const notice = by === 'person' ? 'deletion_requested' : 'operator_deletes';
    const schedule: Step = (tx) =>
      this.deps.roles.withoutLastOwner(tx, id, () => this.deps.accountStatus.scheduleDeletion(tx, id, by));
    return this.#change({ actor, id, ifMatch }, schedule, 'account.deletion_scheduled', notice);
  }

  /** Brings back an account that is being deleted, with its roles, but signed in nowhere. */
  restore(actor: Actor, id: string, ifMatch?: IfMatch): Promise<Account> {
    const restore: Step = (tx) => this.deps.accountStatus.restore(tx, id, requesterOf(actor, id));
    return this.#change({ actor, id, ifMatch }, restore, 'account.restored', 'deletion_cancelled');
  }

  /** Deletes for good the accounts whose seven days are over; returns how many. The audit trail keeps their ids. */
  purge(stopping?: AbortSignal): Promise<number> {
    const { accountStatus, events, roles } = this.deps;
    return accountStatus.purge(async (tx, accountId) => {
      await roles.remove(tx, accountId);
      await events.record(tx, { actor: INSTALLATION, action: 'account.purged', accountId });
    }, stopping);
  }

  #change(
    { actor, id, ifMatch }: { actor: Actor; id: string; ifMatch: IfMatch | undefined },
    step: Step,
    action: AccountAction,
    notice: NoticeKind,
  ): Promise<Account> {
    const { accountStatus, database, events, notices } = this.deps;
    return database.transaction(async (tx) => {
      const before = await accountStatus.lock(tx, id);
      checkVersion(before, ifMatch, 'account');
      const after = await step(tx, id);
      if (after.version === before.version) return after;
      await events.record(tx, { actor, action, accountId: id, changedFields: ['status'] });
      await notices.send(tx, after, notice, after.deleteAfter === null ? {} : { until: after.deleteAfter });
      return after;
    });
  }
}

function requesterOf({ subject }: Actor, accountId: string): DeletionRequester {
  return subject === accountSubject(accountId) ? 'person' : 'operator';
}
