import type { Account } from '../../identity/accounts/account.js';
import type { AccountFilter, AccountsService } from '../../identity/accounts/accounts.service.js';
import type { NoticesService } from '../../identity/notices/notices.service.js';
import type { OneTimeCodesService } from '../../identity/one-time-codes/one-time-codes.service.js';
import type { PasswordsService } from '../../identity/passwords/passwords.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { found } from '../../platform/errors/errors.js';
import type { Page } from '../../platform/paging/page.js';
import { changedFields } from '../../platform/wire/changed-fields.js';
import { parseInput } from '../../platform/wire/input.js';
import { mergePatch } from '../../platform/wire/merge-patch.js';
import { checkVersion, type IfMatch } from '../../platform/wire/record-version.js';
import type { Actor, AuditAction, AuditService } from '../audit/audit.service.js';
import { ACCOUNT_READ_ONLY, accountPatch, newAccount, newPassword } from './account.schema.js';

/**
 * Accounts as operators manage them. Input is the wire form; every change and its audit event are one transaction.
 * AppErrors are `invalid` with all errors, `not_found`, `stale` for a version that `ifMatch` does not have, and `conflict` for an
 * e-mail address that another account has.
 */
export class AccountAdminService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly passwords: PasswordsService,
    private readonly audit: AuditService,
    private readonly notices: NoticesService,
    private readonly codes: Pick<OneTimeCodesService, 'cancelOfAccount'>,
  ) {}

  /** Newest first. Throws as `readPage` does. */
  list(filter: AccountFilter, limit: number, cursor?: string): Promise<Page<Account>> {
    return this.accounts.list(filter, limit, cursor);
  }

  async get(id: string): Promise<Account> {
    return found(await this.accounts.find(id), 'account');
  }

  async findByEmail(email: string): Promise<Account> {
    return found(await this.accounts.findByEmail(email), 'account');
  }

  /** Within the caller's transaction, if there is one. */
  async create(actor: Actor, input: Record<string, unknown>, tx?: Transaction): Promise<Account> {
    const { email, password, password_hash, email_verified, profile } = parseInput(
      newAccount,
      input,
      ACCOUNT_READ_ONLY,
    );
    const request = {
      email,
      emailVerified: email_verified,
      ...(password === undefined ? {} : { password }),
      ...(password_hash === undefined ? {} : { passwordHash: password_hash }),
      ...(profile === undefined ? {} : { profile }),
    };
    const work = async (within: Transaction) => {
      const account = await this.accounts.create(request, within);
      await this.#record(within, actor, 'account.created', account.id, Object.keys(input));
      return account;
    };
    return tx ? work(tx) : this.database.transaction(work);
  }

  /** Applies a JSON merge patch (RFC 7396); one that changes nothing is not recorded. */
  async update(
    actor: Actor,
    id: string,
    patch: Record<string, unknown>,
    ifMatch?: IfMatch,
  ): Promise<Account> {
    const { email, email_verified, profile } = parseInput(accountPatch, patch, ACCOUNT_READ_ONLY);
    return this.database.transaction(async (tx) => {
      const { before, after } = await this.accounts.update(tx, id, (account) => {
        checkVersion(account, ifMatch, 'account');
        return {
          ...(email === undefined ? {} : { email }),
          ...(email_verified === undefined ? {} : { emailVerified: email_verified }),
          ...(profile === undefined ? {} : { profile: mergePatch(account.profile, profile) }),
        };
      });
      const { updatedAt: _at, version: _version, ...state } = after;
      const changed = changedFields(before, state);
      if (changed.length > 0) await this.#record(tx, actor, 'account.updated', id, changed);
      if (before.email !== after.email) {
        // A link that undoes an earlier change would give the account to whoever has that address.
        await this.codes.cancelOfAccount(tx, id, new Date(0));
        // To the address that the person knows the account by.
        await this.notices.send(tx, before, 'operator_changed_email');
      }
      return after;
    });
  }

  /** Ends every session and grant of the account too. */
  async setPassword(
    actor: Actor,
    id: string,
    input: Record<string, unknown>,
    ifMatch?: IfMatch,
  ): Promise<Account> {
    const { password } = parseInput(newPassword, input);
    return this.passwords.setPassword({ id }, password, async (tx, account) => {
      // The new password has made it the next version.
      checkVersion({ version: account.version - 1 }, ifMatch, 'account');
      await this.#record(tx, actor, 'account.password_set', id, []);
      await this.notices.send(tx, account, 'operator_set_password');
    });
  }

  #record(tx: Transaction, actor: Actor, action: AuditAction, id: string, changed: string[]): Promise<void> {
    const target = { targetId: id, orgId: null, projectId: null };
    return this.audit.record(tx, { actor, action, ...target, changedFields: changed });
  }
}
