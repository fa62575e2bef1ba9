import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError } from '../../platform/errors/errors.js';
import type { GrantsService } from '../grants/grants.service.js';
import type { SessionsService } from '../sessions/sessions.service.js';
import type { AccountStatusRepository, Deletion } from './account-status.repository.js';
import type { AccountsService } from './accounts.service.js';
import { type Account, type DeletionRequester, mayGoOn } from './account.js';

/** Days in which an account that is being deleted can be restored. */
export const RESTORE_DAYS = 7;

/** What `AccountStatusService` needs. */
export interface AccountStatusDependencies {
  database: Database;
  repository: AccountStatusRepository;
  accounts: Pick<AccountsService, 'lock'>;
  sessions: SessionsService;
  grants: GrantsService;
}

/**
 * Whether accounts may be signed in to. One that is disabled or being deleted loses its sessions and grants with the change,
 * and with the next request on any node nothing of it works any more. All methods throw AppError `not_found`.
 */
export class AccountStatusService {
  constructor(private readonly deps: AccountStatusDependencies) {}

  /** Reads the account and keeps others from changing it until the transaction ends. */
  lock(tx: Transaction, id: string): Promise<Account> {
    return this.deps.accounts.lock(tx, id);
  }

  /** Throws AppError `conflict` for an account that is being deleted. One that is disabled already stays so. */
  async disable(tx: Transaction, id: string): Promise<Account> {
    const account = await this.deps.accounts.lock(tx, id);
    if (account.status === 'deleting') throw beingDeleted();
    return account.status === 'disabled' ? account : this.#end(tx, id, 'disabled');
  }

  /** Throws AppError `conflict` for an account that is being deleted. One that is active already stays so. */
  async enable(tx: Transaction, id: string): Promise<Account> {
    const account = await this.deps.accounts.lock(tx, id);
    if (account.status === 'deleting') throw beingDeleted();
    return account.status === 'active' ? account : this.deps.repository.set(tx, id, 'active');
  }

  /**
   * Has the account deleted after seven days. One that is being deleted already keeps its day; when an operator asks, too,
   * the person cannot take it back any more.
   */
  async scheduleDeletion(tx: Transaction, id: string, requestedBy: DeletionRequester): Promise<Account> {
    const account = await this.deps.accounts.lock(tx, id);
    if (account.status === 'deleting')
      return requestedBy === 'operator' && account.deletionRequestedBy === 'person'
        ? this.deps.repository.takeDeletionOver(tx, id)
        : account;
    return this.#end(tx, id, 'deleting', { requestedBy, days: RESTORE_DAYS });
  }

  /**
   * Makes an account that is being deleted what it was before. Throws AppError `conflict` for any other, too late, and for
   * a person whose account an operator deletes or has disabled.
   */
  async restore(tx: Transaction, id: string, by: DeletionRequester): Promise<Account> {
    const account = await this.deps.accounts.lock(tx, id);
    if (account.deleteAfter === null) throw new AppError('conflict', 'The account is not being deleted.');
    if (by === 'person' && !mayGoOn(account))
      throw new AppError('conflict', 'The account can be restored by an operator only.');
    if (account.deleteAfter <= new Date())
      throw new AppError('conflict', 'The time to restore the account is over; it is about to be deleted.');
    return this.deps.repository.set(tx, id, account.disabledAt === null ? 'active' : 'disabled');
  }

  /**
   * Deletes accounts for good whose time to be restored is over, each in a transaction of its own in which `record` runs
   * too, until `stopping` aborts; returns how many.
   */
  async purge(
    record: (tx: Transaction, id: string) => Promise<void>,
    stopping?: AbortSignal,
  ): Promise<number> {
    const { database, repository } = this.deps;
    let purged = 0;
    for (let due = await repository.due(); due.length > 0; due = await repository.due()) {
      for (const id of due) {
        if (stopping?.aborted) return purged;
        await database.transaction(async (tx) => {
          if (!(await repository.delete(tx, id))) return;
          purged++;
          await this.#endAccess(tx, id);
          await record(tx, id);
        });
      }
    }
    return purged;
  }

  async #end(tx: Transaction, id: string, status: Account['status'], deletion?: Deletion): Promise<Account> {
    const account = await this.deps.repository.set(tx, id, status, deletion);
    await this.#endAccess(tx, id);
    return account;
  }

  async #endAccess(tx: Transaction, id: string): Promise<void> {
    await this.deps.sessions.endAll(tx, id);
    await this.deps.grants.revokeAll(tx, id);
  }
}

function beingDeleted(): AppError {
  return new AppError('conflict', 'The account is being deleted; restore it first.');
}
