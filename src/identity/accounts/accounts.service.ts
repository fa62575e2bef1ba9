import type { AttemptsService } from '../attempts/attempts.service.js';
import type { KnownBrowsers } from '../attempts/known-browsers.js';
import type { RateLimits } from '../attempts/limits.js';
import { networkOf } from '../attempts/network.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, invalid, notFound } from '../../platform/errors/errors.js';
import { isUuid } from '../../platform/wire/uuid.js';
import type { QueuedCaller } from '../../platform/crypto/fair-queue.js';
import type { Hashing } from '../../platform/crypto/hashing.js';
import type { Account } from './account.js';
import type { AccountsRepository } from './accounts.repository.js';
import {
  canonicalEmail,
  canonicalPassword,
  emailErrors,
  isEmail,
  passwordErrors,
} from './email-and-password-rules.js';
import { checkedProfile, type Profile } from './profile.js';

/** What an account is created from. */
export interface AccountRequest {
  email: string;
  password: string;
  profile?: Profile;
  emailVerified?: boolean;
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

  /** Throws AppError `invalid` with every mistake, `conflict` when the address has an account already. */
  async create(request: AccountRequest, tx?: Transaction): Promise<Account> {
    const email = canonicalEmail(request.email);
    const password = canonicalPassword(request.password);
    const errors = [...emailErrors(email), ...passwordErrors(password, email)];
    if (errors.length > 0) throw invalid(errors);
    const row = {
      email,
      emailVerified: request.emailVerified ?? false,
      profile: checkedProfile(request.profile ?? {}),
      passwordHash: await this.hashing.hashPassword(password),
    };
    const account = await this.repository.insert(row, tx);
    if (!account) throw new AppError('conflict', 'There is an account with this e-mail address already.');
    return account;
  }

  /**
   * Also revokes every session and grant of the account, invalidates its tokens for the admin API, and clears its failed attempts. Throws AppError `invalid`, or
   * `not_found` when there is no such account.
   */
  async setPassword(email: string, password: string): Promise<Account> {
    const address = canonicalEmail(email);
    const secret = canonicalPassword(password);
    const errors = [...emailErrors(address), ...passwordErrors(secret, address)];
    if (errors.length > 0) throw invalid(errors);
    const hash = await this.hashing.hashPassword(secret);
    const account = await this.database.transaction(async (tx) => {
      const changed = await this.repository.updatePassword(tx, address, hash);
      if (!changed) throw notFound('account');
      await this.artifacts.revokeByAccount(tx, changed.id);
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
    const found = await this.#findWithHash(email);
    const caller = { group: networkOf(address), ...(signal && { signal }) };
    const matches = await this.#verify(password, found?.passwordHash, caller, [
      perAddress.key,
      perAccount.key,
    ]);
    if (!found || !matches)
      throw new AppError('unauthenticated', 'The e-mail address or the password is not right.');
    await Promise.all([this.attempts.clear([perAccount.key]), this.attempts.release([perAddress.key])]);
    return { account: found.account, browser: this.browsers.remember(browser, email) };
  }

  /** Releases the counted attempt when the password was not compared. */
  async #verify(password: string, hash: string | undefined, caller: QueuedCaller, keys: string[]) {
    try {
      return await this.hashing.verifyPassword(canonicalPassword(password), hash, caller);
    } catch (error) {
      await this.attempts.release(keys);
      throw error;
    }
  }

  async #findWithHash(email: string) {
    return isEmail(email) ? this.repository.findWithHash(email) : undefined;
  }
}
