import type { QueuedCaller } from '../../platform/crypto/fair-queue.js';
import type { Hashing } from '../../platform/crypto/hashing.js';
import { AppError } from '../../platform/errors/errors.js';
import type { Logger } from '../../platform/telemetry/telemetry.js';
import type { AccountEvents } from '../account-events/account-events.js';
import { strangerActor } from '../account-events/actor.js';
import { type Account, AccountBeingDeleted, mayGoOn } from '../accounts/account.js';
import { canonicalEmail, canonicalPassword, isEmail } from '../accounts/email-and-password-rules.js';
import { type AttemptsService, TooManyAttempts } from '../attempts/attempts.service.js';
import type { KnownBrowsers } from '../attempts/known-browsers.js';
import type { RateLimits } from '../attempts/limits.js';
import { networkOf } from '../attempts/network.js';
import { PASSWORD_AMR } from '../second-factors/authentication-level.js';
import type { PasswordsRepository } from './passwords.repository.js';

const WRONG = 'The e-mail address or the password is not right.';

/** A sign-in attempt; `address` is the caller's IP address. */
export interface SignIn {
  email: string;
  password: string;
  address: string;
  /** The id of the request, for the log and the audit trail. */
  requestId?: string | null;
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

/** What `PasswordSignInService` needs. */
export interface PasswordSignInDependencies {
  repository: PasswordsRepository;
  hashing: Hashing;
  attempts: AttemptsService;
  limits: Pick<RateLimits, 'signInToAccount' | 'signInFromAddress' | 'signInFromBrowser'>;
  browsers: KnownBrowsers;
  events: AccountEvents;
  log: Logger;
}

/** Checks e-mail address and password of people who sign in. */
export class PasswordSignInService {
  constructor(private readonly deps: PasswordSignInDependencies) {}

  /**
   * The active account with this address and password. Throws AppError `unauthenticated` with one message for every reason,
   * after the same time whether or not the account exists, is active and has a password; `slow_down` after too many attempts
   * from the network, which then do not count on the account, or on the account, where a browser that signed in before has a
   * count of its own; and `unavailable`, which does not count, when too many sign in at the same time. Successful attempts
   * do not count against the network, which many people may share. The error is AccountBeingDeleted when that is the reason.
   */
  async authenticate(signIn: SignIn): Promise<SignedIn> {
    const { attempts, browsers, hashing, limits, repository } = this.deps;
    const { address, browser, signal } = signIn;
    const email = canonicalEmail(signIn.email);
    const perAddress = limits.signInFromAddress(address);
    const known = browsers.recognize(browser, email);
    const perAccount =
      known === undefined ? limits.signInToAccount(email) : limits.signInFromBrowser(email, known);
    await this.#reserve(signIn, undefined, () => attempts.reserve([perAddress]));
    await this.#reserve(signIn, email, () => attempts.reserve([perAccount]));
    const stored = isEmail(email) ? await repository.findByEmail(email) : undefined;
    const secret = canonicalPassword(signIn.password);
    const caller = { group: networkOf(address), ...(signal && { signal }) };
    const hash = stored?.passwordHash ?? undefined;
    const matches = await this.#verify(secret, hash, caller, [perAddress.key, perAccount.key]);
    if (!stored || !hash || !matches || !mayGoOn(stored.account)) {
      this.#failed(signIn, stored?.account);
      throw new AppError('unauthenticated', WRONG);
    }
    await Promise.all([attempts.clear([perAccount.key]), attempts.release([perAddress.key])]);
    if (stored.account.status === 'deleting')
      throw new AccountBeingDeleted(stored.account, PASSWORD_AMR, WRONG);
    if (hashing.replaces(hash, secret)) await this.#replaceHash(stored.account.id, hash, secret);
    return { account: stored.account, browser: browsers.remember(browser, email) };
  }

  /** When too many wait for a hash, the next sign-in replaces it. */
  async #replaceHash(accountId: string, before: string, secret: string): Promise<void> {
    const { hashing, repository } = this.deps;
    try {
      await repository.replaceHash(accountId, before, await hashing.hashPassword(secret));
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'unavailable') throw error;
    }
  }

  /** Releases the counted attempt when the password was not compared. */
  async #verify(secret: string, hash: string | undefined, caller: QueuedCaller, keys: string[]) {
    try {
      return await this.deps.hashing.verifyPassword(secret, hash, caller);
    } catch (error) {
      await this.deps.attempts.release(keys);
      throw error;
    }
  }

  /** Logs a refusal, and records the first one of a window of an account. */
  async #reserve(signIn: SignIn, email: string | undefined, reserve: () => Promise<void>): Promise<void> {
    try {
      await reserve();
    } catch (error) {
      if (!(error instanceof TooManyAttempts)) throw error;
      const { log } = this.deps;
      const fields = { address: signIn.address, requestId: signIn.requestId };
      log.warn(fields, `too many sign-in attempts: ${email === undefined ? 'network' : 'account'}`);
      if (email !== undefined && error.isFirst) this.#lockedOut(signIn, email);
      throw error;
    }
  }

  #failed(signIn: SignIn, account: Account | undefined): void {
    const { address, requestId } = signIn;
    const known = account && { accountId: account.id, status: account.status };
    this.deps.log.info({ ...known, address, requestId }, 'a sign-in failed');
    this.#note(signIn, account, 'account.sign_in_failed');
  }

  /** After the response, which takes as long for an address without an account. */
  #lockedOut(signIn: SignIn, email: string): void {
    const { log, repository } = this.deps;
    repository.findByEmail(email).then(
      (stored) => this.#note(signIn, stored?.account, 'account.locked_out'),
      (error: unknown) => log.warn({ error: String(error) }, 'a lock-out was not recorded'),
    );
  }

  #note(
    { address, requestId = null }: SignIn,
    account: Account | undefined,
    action: 'account.sign_in_failed' | 'account.locked_out',
  ): void {
    if (!account) return;
    this.deps.events.noteLater({
      actor: strangerActor({ address, requestId }),
      action,
      accountId: account.id,
    });
  }
}
