import type { AttemptsService } from '../attempts/attempts.service.js';
import type { RateLimits } from '../attempts/limits.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, invalid, notFound } from '../../platform/errors/errors.js';
import { isUuid } from '../../platform/wire/uuid.js';
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
    private readonly limits: Pick<RateLimits, 'signInToAccount' | 'signInFromAddress'>,
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
   * Also revokes every session and grant of the account, and clears its failed attempts. Throws AppError `invalid`, or
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

  async findByEmail(email: string): Promise<Account | undefined> {
    return (await this.#findWithHash(canonicalEmail(email)))?.account;
  }

  /**
   * The account with this address and password. Throws AppError `unauthenticated` with one message for every reason, after
   * the same time whether or not the account exists, and `slow_down` after too many attempts on the account or from the
   * network. Successful attempts do not count against the network, which many people may share.
   */
  async authenticate({ email: given, password, address }: SignIn): Promise<Account> {
    const email = canonicalEmail(given);
    const perAccount = this.limits.signInToAccount(email);
    const perAddress = this.limits.signInFromAddress(address);
    await this.attempts.reserve([perAccount, perAddress]);
    const found = await this.#findWithHash(email);
    const matches = await this.hashing.verifyPassword(canonicalPassword(password), found?.passwordHash);
    if (!found || !matches)
      throw new AppError('unauthenticated', 'The e-mail address or the password is not right.');
    await Promise.all([this.attempts.clear([perAccount.key]), this.attempts.release([perAddress.key])]);
    return found.account;
  }

  async #findWithHash(email: string) {
    return isEmail(email) ? this.repository.findWithHash(email) : undefined;
  }
}
