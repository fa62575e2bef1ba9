import type { QueuedCaller } from '../../platform/crypto/fair-queue.js';
import type { Hashing } from '../../platform/crypto/hashing.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, found, invalid } from '../../platform/errors/errors.js';
import { isUuid } from '../../platform/wire/uuid.js';
import type { Account } from '../accounts/account.js';
import {
  canonicalEmail,
  canonicalPassword,
  emailErrors,
  isEmail,
  passwordErrors,
} from '../accounts/email-and-password-rules.js';
import type { AttemptsService } from '../attempts/attempts.service.js';
import type { RateLimits } from '../attempts/limits.js';
import { networkOf } from '../attempts/network.js';
import type { GrantsService } from '../grants/grants.service.js';
import type { SessionsService } from '../sessions/sessions.service.js';
import type { AccountWithHash, PasswordsRepository } from './passwords.repository.js';

/** Which account: by subject identifier or by e-mail address. */
export type WhichAccount = { id: string } | { email: string };

/** A person's own change of their password. */
export interface PasswordChange {
  accountId: string;
  /** The password so far; ignored for an account without one. */
  current: string;
  next: string;
  /** The session of the engine that goes on; undefined ends none. */
  endSessionsExcept: string | undefined;
  /** The caller's IP address. */
  address: string;
  /** Aborts when the caller has left. */
  signal?: AbortSignal;
}

/** Work in the transaction of a change. */
export type Record = (tx: Transaction, account: Account) => Promise<void>;

/** What `PasswordsService` needs. */
export interface PasswordsDependencies {
  database: Database;
  repository: PasswordsRepository;
  hashing: Hashing;
  attempts: AttemptsService;
  limits: Pick<RateLimits, 'changePassword' | 'signInToAccount'>;
  sessions: SessionsService;
  grants: GrantsService;
}

/** The passwords of accounts. */
export class PasswordsService {
  constructor(private readonly deps: PasswordsDependencies) {}

  /**
   * Sets a password without asking for the one before. Also ends every session, with back-channel logout, and every grant
   * of the account, invalidates its tokens for the admin API, and clears its failed attempts; `record` runs in the same
   * transaction. Throws AppError `invalid`, or `not_found` when there is no such account.
   */
  async setPassword(which: WhichAccount, password: string, record?: Record): Promise<Account> {
    const { database, repository, hashing, attempts, limits, sessions, grants } = this.deps;
    const secret = canonicalPassword(password);
    const stored = await this.#find(which);
    const address = stored?.account.email ?? ('email' in which ? canonicalEmail(which.email) : undefined);
    const errors = address === undefined ? [] : [...emailErrors(address), ...passwordErrors(secret, address)];
    if (errors.length > 0) throw invalid(errors);
    const { id, email } = found(stored, 'account').account;
    const hash = await hashing.hashPassword(secret);
    const account = await database.transaction(async (tx) => {
      const changed = found(await repository.update(tx, id, hash), 'account');
      await sessions.endAll(tx, id);
      await grants.revokeAll(tx, id);
      await record?.(tx, changed);
      return changed;
    });
    await attempts.clear([limits.signInToAccount(email).key]);
    return account;
  }

  /**
   * Changes a person's own password and ends their tokens for the admin API. Throws AppError `invalid` with the mistakes at
   * `/current_password` and `/password`; `slow_down` after too many attempts; `conflict` when the password was changed
   * meanwhile; `unavailable` when too many sign in at the same time; `not_found`.
   */
  async changePassword(change: PasswordChange, record?: Record): Promise<Account> {
    const { database, repository, hashing, attempts, limits, sessions } = this.deps;
    const { account, passwordHash } = found(await this.#find({ id: change.accountId }), 'account');
    const secret = canonicalPassword(change.next);
    const errors = passwordErrors(secret, account.email);
    if (errors.length > 0) throw invalid(errors);
    if (passwordHash !== null) await this.#requireCurrent(passwordHash, change);
    const hash = await hashing.hashPassword(secret);
    const changed = await database.transaction(async (tx) => {
      const after = await repository.update(tx, account.id, hash, passwordHash);
      if (!after) throw new AppError('conflict', 'The password was changed meanwhile.');
      const except = change.endSessionsExcept;
      if (except !== undefined) await sessions.endAll(tx, account.id, { except });
      await record?.(tx, after);
      return after;
    });
    await attempts.clear([limits.changePassword(account.id).key]);
    return changed;
  }

  async #requireCurrent(
    hash: string,
    { accountId, current, address, signal }: PasswordChange,
  ): Promise<void> {
    const { attempts, hashing, limits } = this.deps;
    const limit = limits.changePassword(accountId);
    await attempts.reserve([limit]);
    const caller: QueuedCaller = { group: networkOf(address), ...(signal && { signal }) };
    if (await hashing.verifyPassword(canonicalPassword(current), hash, caller)) return;
    throw invalid([{ pointer: '/current_password', detail: 'is not the password of this account' }]);
  }

  async #find(which: WhichAccount): Promise<AccountWithHash | undefined> {
    const { repository } = this.deps;
    if ('id' in which) return isUuid(which.id) ? repository.find(which.id) : undefined;
    const email = canonicalEmail(which.email);
    return isEmail(email) ? repository.findByEmail(email) : undefined;
  }
}
