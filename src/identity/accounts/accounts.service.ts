import { isDeepStrictEqual } from 'node:util';
import type { Hashing } from '../../platform/crypto/hashing.js';
import { storedPasswordHash } from '../../platform/crypto/imported-hash.js';
import type { Transaction } from '../../platform/db/database.js';
import { AppError, found, invalid } from '../../platform/errors/errors.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import { isUuid } from '../../platform/wire/uuid.js';
import type { Account } from './account.js';
import type { AccountFilter, AccountsRepository, NewAccount } from './accounts.repository.js';
import {
  canonicalEmail,
  canonicalPassword,
  credentialErrors,
  emailErrors,
  isEmail,
} from './email-and-password-rules.js';
import { checkedProfile, profileErrors } from './profile.js';

export type { AccountFilter } from './accounts.repository.js';

/** What an account is created from. */
export interface AccountRequest {
  email: string;
  /** This, `passwordHash` or `passwordless`. */
  password?: string;
  /** The hash that another system made: see `passwordHashError`. The first sign-in replaces it with one of ours. */
  passwordHash?: string;
  /** The person signs in with passkeys alone. */
  passwordless?: true;
  profile?: unknown;
  emailVerified?: boolean;
}

/** What of an account changes; a profile replaces the one before. */
export interface AccountChange {
  email?: string;
  emailVerified?: boolean;
  profile?: unknown;
}

/** The people who can sign in. E-mail addresses are compared without regard to case and surrounding space. */
export class AccountsService {
  constructor(
    private readonly repository: AccountsRepository,
    private readonly hashing: Hashing,
  ) {}

  /** Throws AppError `invalid` with every validation error, `conflict` when the address has an account already. */
  async create(request: AccountRequest, tx?: Transaction): Promise<Account> {
    return this.insert(await this.prepare(request), tx);
  }

  /** Checks the request and hashes its password, which takes long. Throws AppError `invalid` with every mistake. */
  async prepare(request: AccountRequest): Promise<NewAccount> {
    const email = canonicalEmail(request.email);
    const password = request.password === undefined ? undefined : canonicalPassword(request.password);
    const errors = [
      ...emailErrors(email),
      ...(request.passwordless ? [] : credentialErrors(password, request.passwordHash, email)),
      ...profileErrors(request.profile),
    ];
    if (errors.length > 0) throw invalid(errors);
    return {
      email,
      emailVerified: request.emailVerified ?? false,
      profile: checkedProfile(request.profile ?? {}),
      passwordHash: request.passwordless ? null : await this.#hashOf(password, request.passwordHash),
    };
  }

  /** Creates what was prepared. Throws AppError `conflict` when the address has an account already. */
  async insert(prepared: NewAccount, tx?: Transaction): Promise<Account> {
    const account = await this.repository.insert(prepared, tx);
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
    const before = await this.lock(tx, id);
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

  /** Reads the account and keeps others from changing it until the transaction ends. Throws AppError `not_found`. */
  async lock(tx: Transaction, id: string): Promise<Account> {
    return found(isUuid(id) ? await this.repository.lock(tx, id) : undefined, 'account');
  }

  /** By subject identifier, whatever its status; undefined also for a string that cannot be one. */
  async find(id: string): Promise<Account | undefined> {
    return isUuid(id) ? this.repository.find(id) : undefined;
  }

  /** By subject identifier, if the account may be signed in to and its tokens used. */
  async findActive(id: string): Promise<Account | undefined> {
    const account = await this.find(id);
    return account?.status === 'active' ? account : undefined;
  }

  /** Whatever its status. */
  async findByEmail(email: string): Promise<Account | undefined> {
    const canonical = canonicalEmail(email);
    return isEmail(canonical) ? this.repository.findByEmail(canonical) : undefined;
  }

  /**
   * Whether a token that was issued to the account at this time (seconds since the epoch) is still valid: the account
   * is active, and got no new password in that second or later.
   */
  async acceptsTokens(id: string, issuedAt: number): Promise<boolean> {
    return isUuid(id) && this.repository.acceptsTokens(id, issuedAt);
  }

  /** One of the two is there. */
  async #hashOf(password: string | undefined, passwordHash: string | undefined): Promise<string> {
    return passwordHash === undefined
      ? this.hashing.hashPassword(password ?? '')
      : storedPasswordHash(passwordHash);
  }
}

function addressTaken(): AppError {
  return new AppError('conflict', 'There is an account with this e-mail address already.');
}
