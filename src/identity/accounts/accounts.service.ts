import { isDeepStrictEqual } from 'node:util';
import type { AttemptsService } from '../attempts/attempts.service.js';
import type { KnownBrowsers } from '../attempts/known-browsers.js';
import type { RateLimits } from '../attempts/limits.js';
import { networkOf } from '../attempts/network.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, found, invalid, notFound } from '../../platform/errors/errors.js';
import { isUuid } from '../../platform/wire/uuid.js';
import type { QueuedCaller } from '../../platform/crypto/fair-queue.js';
import type { Hashing } from '../../platform/crypto/hashing.js';
import { storedPasswordHash } from '../../platform/crypto/imported-hash.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import type { Account } from './account.js';
import type { AccountFilter, AccountsRepository } from './accounts.repository.js';
import {
  canonicalEmail,
  canonicalPassword,
  credentialErrors,
  emailErrors,
  isEmail,
  passwordErrors,
} from './email-and-password-rules.js';
import { checkedProfile, profileErrors } from './profile.js';

export type { AccountFilter } from './accounts.repository.js';

/** What an account is created from. */
export interface AccountRequest {
  email: string;
  /** Either this or `passwordHash`. */
  password?: string;
  /** The hash that another system made: see `passwordHashError`. The first sign-in replaces it with one of ours. */
  passwordHash?: string;
  profile?: unknown;
  emailVerified?: boolean;
}

/** What of an account changes; a profile replaces the one before. */
export interface AccountChange {
  email?: string;
  emailVerified?: boolean;
  profile?: unknown;
}

/** A sign-in attempt; `address` is the caller's IP address. */
export interface SignIn {
  email: string;
  password: string;
  address: string;
  /** The cookie of `KnownBrowsers` that the browser sent. */
  browser?: string | undefined;
  /** Aborts when the caller has left. */
  signal?: AbortSignal;
}

/** Who signed in, and the cookie by which the browser is known to have done so. */
export interface SignedIn {
  account: Account;
  browser: string;
}

/** Storage of an account's sessions and grants. */
export interface AccountArtifacts {
  revokeByAccount(tx: Transaction, accountId: string): Promise<void>;
}

/** The people who can sign in. E-mail addresses are compared without regard to case and surrounding space. */
export class AccountsService {
  constructor(
    private readonly database: Database,
    private readonly repository: AccountsRepository,
    private readonly artifacts: AccountArtifacts,
    private readonly hashing: Hashing,
    private readonly attempts: AttemptsService,
    private readonly limits: Pick<RateLimits, 'signInToAccount' | 'signInFromAddress' | 'signInFromBrowser'>,
    private readonly browsers: KnownBrowsers,
  ) {}

  /** Throws AppError `invalid` with every validation error, `conflict` when the address has an account already. */
  async create(request: AccountRequest, tx?: Transaction): Promise<Account> {
    const email = canonicalEmail(request.email);
    const password = request.password === undefined ? undefined : canonicalPassword(request.password);
    const errors = [
      ...emailErrors(email),
      ...credentialErrors(password, request.passwordHash, email),
      ...profileErrors(request.profile),
    ];
    if (errors.length > 0) throw invalid(errors);
    const row = {
      email,
      emailVerified: request.emailVerified ?? false,
      profile: checkedProfile(request.profile ?? {}),
      passwordHash: await this.#hashOf(password, request.passwordHash),
    };
    const account = await this.repository.insert(row, tx);
    if (!account) throw addressTaken();
    return account;
  }

  /** Newest first. Throws as `readPage` does. */
  list(filter: AccountFilter, limit: number, cursor?: string): Promise<Page<Account>> {
    return readPage(limit, cursor, (slice) => this.repository.list(filter, slice));
  }

  /**
   * Changes what `change` returns of the account. Another e-mail address is not verified unless the change says so. Throws
   * AppError `invalid` with every validation error, `not_found`, and `conflict` when the address has another account.
   */
  async update(
    tx: Transaction,
    id: string,
    change: (before: Account) => AccountChange,
  ): Promise<{ before: Account; after: Account }> {
    const before = found(await this.repository.lock(tx, id), 'account');
    const given = change(before);
    const email = given.email === undefined ? before.email : canonicalEmail(given.email);
    const errors = [...emailErrors(email), ...profileErrors(given.profile)];
    if (errors.length > 0) throw invalid(errors);
    const kept = email === before.email && before.emailVerified;
    const profile = given.profile === undefined ? before.profile : checkedProfile(given.profile);
    const wanted = { ...before, email, emailVerified: given.emailVerified ?? kept, profile };
    if (isDeepStrictEqual(before, wanted)) return { before, after: before };
    const after = await this.repository.update(tx, wanted);
    if (!after) throw addressTaken();
    return { before, after };
  }

  /**
   * Also revokes every session and grant of the account, invalidates its tokens for the admin API, and clears its failed
   * attempts; `record` runs in the same transaction. Throws AppError `invalid`, or `not_found` when there is no such account.
   */
  async setPassword(
    email: string,
    password: string,
    record: (tx: Transaction, account: Account) => Promise<void> = () => Promise.resolve(),
  ): Promise<Account> {
    const address = canonicalEmail(email);
    const secret = canonicalPassword(password);
    const errors = [...emailErrors(address), ...passwordErrors(secret, address)];
    if (errors.length > 0) throw invalid(errors);
    const hash = await this.hashing.hashPassword(secret);
    const account = await this.database.transaction(async (tx) => {
      const changed = await this.repository.updatePassword(tx, address, hash);
      if (!changed) throw notFound('account');
      await this.artifacts.revokeByAccount(tx, changed.id);
      await record(tx, changed);
      return changed;
    });
    await this.attempts.clear([this.limits.signInToAccount(address).key]);
    return account;
  }

  /** By subject identifier; undefined also for a string that cannot be one. */
  async find(id: string): Promise<Account | undefined> {
    return isUuid(id) ? this.repository.find(id) : undefined;
  }

  /**
   * Whether a token that was issued to the account at this time (seconds since the epoch) is still valid: the account
   * exists, and got no new password in that second or later.
   */
  async acceptsTokens(id: string, issuedAt: number): Promise<boolean> {
    return isUuid(id) && this.repository.acceptsTokens(id, issuedAt);
  }

  async findByEmail(email: string): Promise<Account | undefined> {
    return (await this.#findWithHash(canonicalEmail(email)))?.account;
  }

  /**
   * The account with this address and password. Throws AppError `unauthenticated` with one message for every reason, after
   * the same time whether or not the account exists; `slow_down` after too many attempts from the network, which then do
   * not count on the account, or on the account, where a browser that signed in before has a count of its own; and
   * `unavailable`, which does not count, when too many sign in at the same time. Successful attempts do not count against
   * the network, which many people may share.
   */
  async authenticate({ email: given, password, address, browser, signal }: SignIn): Promise<SignedIn> {
    const email = canonicalEmail(given);
    const perAddress = this.limits.signInFromAddress(address);
    const known = this.browsers.recognize(browser, email);
    const perAccount =
      known === undefined ? this.limits.signInToAccount(email) : this.limits.signInFromBrowser(email, known);
    await this.attempts.reserve([perAddress]);
    await this.attempts.reserve([perAccount]);
    const stored = await this.#findWithHash(email);
    const secret = canonicalPassword(password);
    const caller = { group: networkOf(address), ...(signal && { signal }) };
    const keys = [perAddress.key, perAccount.key];
    const matches = await this.#verify(secret, stored?.passwordHash, caller, keys);
    if (!stored || !matches)
      throw new AppError('unauthenticated', 'The e-mail address or the password is not right.');
    await Promise.all([this.attempts.clear([perAccount.key]), this.attempts.release([perAddress.key])]);
    if (this.hashing.replaces(stored.passwordHash, secret)) {
      const hash = await this.hashing.hashPassword(secret);
      await this.repository.replaceHash(stored.account.id, stored.passwordHash, hash);
    }
    return { account: stored.account, browser: this.browsers.remember(browser, email) };
  }

  /** One of the two is there. */
  async #hashOf(password: string | undefined, passwordHash: string | undefined): Promise<string> {
    if (password !== undefined) return this.hashing.hashPassword(password);
    return storedPasswordHash(passwordHash ?? '');
  }

  /** Releases the counted attempt when the password was not compared. */
  async #verify(secret: string, hash: string | undefined, caller: QueuedCaller, keys: string[]) {
    try {
      return await this.hashing.verifyPassword(secret, hash, caller);
    } catch (error) {
      await this.attempts.release(keys);
      throw error;
    }
  }

  async #findWithHash(email: string) {
    return isEmail(email) ? this.repository.findWithHash(email) : undefined;
  }
}

function addressTaken(): AppError {
  return new AppError('conflict', 'There is an account with this e-mail address already.');
}
