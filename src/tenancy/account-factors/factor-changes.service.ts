import type { AttemptsService } from '../../identity/attempts/attempts.service.js';
import type { RateLimits } from '../../identity/attempts/limits.js';
import {
  type Passkey,
  type PasskeyResponse,
  type PasskeysService,
  Refused,
} from '../../identity/passkeys/passkeys.service.js';
import { CODE_AMR, passkeyAmr } from '../../identity/second-factors/authentication-level.js';
import type {
  LockedFactors,
  SecondFactorsService,
} from '../../identity/second-factors/second-factors.service.js';
import type { TrustedBrowsers } from '../../identity/second-factors/trusted-browsers.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError } from '../../platform/errors/errors.js';
import type { Actor, AuditAction, AuditService } from '../audit/audit.service.js';
import { accountActor, type RequestOrigin } from './request-origin.js';

/** What the changes need. */
export interface FactorChangeDependencies {
  database: Database;
  factors: SecondFactorsService;
  passkeys: PasskeysService;
  trustedBrowsers: TrustedBrowsers;
  attempts: AttemptsService;
  rateLimits: RateLimits;
  audit: AuditService;
}

/** A factor that was added. */
export interface AddedFactor {
  /** What the person has proved by adding it (RFC 8176). */
  amr: string[];
  /** Recovery codes that were made now; undefined when the account has some already. */
  recoveryCodes: string[] | undefined;
}

const PASSKEY_REFUSED =
  'The passkey was not saved, because the answer of this device was not accepted. Try again.';
const LAST_WAY =
  'This passkey is the last way to sign in. Set a password or add another passkey before you remove it.';

/**
 * Changes of the ways in which a person signs in. Each is one transaction with its event in the audit trail; changes by
 * the person are counted, and forget the browsers that were trusted. AppErrors are `slow_down`, and those of the services.
 */
export class FactorChangesService {
  constructor(private readonly on: FactorChangeDependencies) {}

  /** Throws AppError `invalid` when the response is refused, and `conflict` when the account has too many. */
  async addPasskey(
    accountId: string,
    response: PasskeyResponse,
    context: string,
    origin: RequestOrigin,
  ): Promise<AddedFactor & { passkey: Passkey }> {
    const { passkeys } = this.on;
    await this.#count(accountId);
    try {
      const verified = await passkeys.verifyNew(response, context, accountId);
      return await this.#change(accountId, origin, 'account.passkey_added', async (tx, before) => {
        const passkey = await passkeys.add(tx, verified);
        const recoveryCodes = await this.#firstCodes(tx, accountId, before);
        return { passkey, amr: passkeyAmr(passkey), recoveryCodes };
      });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const actor = accountActor(accountId, origin);
      await this.on.database.transaction((tx) =>
        this.#record(tx, actor, 'account.passkey_refused', accountId, [error.reason]),
      );
      throw new AppError('invalid', PASSKEY_REFUSED, { cause: error });
    }
  }

  /** Throws AppError `not_found`, and `invalid` for a name that cannot be. */
  renamePasskey(accountId: string, id: string, name: string, origin: RequestOrigin): Promise<Passkey> {
    return this.on.database.transaction(async (tx) => {
      const passkey = await this.on.passkeys.rename(tx, accountId, id, name);
      await this.#record(tx, accountActor(accountId, origin), 'account.passkey_renamed', accountId, ['name']);
      return passkey;
    });
  }

  /** Throws AppError `not_found`, and `conflict` when the person could not sign in any more. */
  async removePasskey(accountId: string, id: string, origin: RequestOrigin): Promise<Passkey> {
    await this.#count(accountId);
    return this.#change(accountId, origin, 'account.passkey_removed', async (tx, before) => {
      const passkey = await this.on.passkeys.remove(tx, accountId, id);
      if (!before.hasPassword && before.passkeys <= 1) throw new AppError('conflict', LAST_WAY);
      if (before.passkeys <= 1 && !before.totp) await this.on.factors.dropRecoveryCodes(tx, accountId);
      return passkey;
    });
  }

  /** Sets the authenticator app up, in place of an earlier one. Throws AppError `invalid` for a wrong code. */
  async addAuthenticator(
    accountId: string,
    sealed: string,
    code: string,
    origin: RequestOrigin,
  ): Promise<AddedFactor> {
    await this.#count(accountId);
    return this.#change(accountId, origin, 'account.authenticator_added', async (tx, before) => {
      await this.on.factors.confirmTotp(tx, accountId, sealed, code);
      return { amr: [...CODE_AMR], recoveryCodes: await this.#firstCodes(tx, accountId, before) };
    });
  }

  /** Does nothing when there is none. */
  async removeAuthenticator(accountId: string, origin: RequestOrigin): Promise<void> {
    await this.#count(accountId);
    await this.#change(accountId, origin, 'account.authenticator_removed', async (tx, before) => {
      await this.on.factors.removeTotp(tx, accountId);
      if (before.passkeys === 0) await this.on.factors.dropRecoveryCodes(tx, accountId);
    });
  }

  /** New recovery codes in place of the earlier ones. Throws AppError `conflict` when there is no second factor. */
  async makeRecoveryCodes(accountId: string, origin: RequestOrigin): Promise<string[]> {
    await this.#count(accountId);
    return this.#change(accountId, origin, 'account.recovery_codes_made', async (tx, before) => {
      if (before.passkeys === 0 && !before.totp)
        throw new AppError('conflict', 'Add a passkey or an authenticator app first.');
      return this.on.factors.makeRecoveryCodes(tx, accountId);
    });
  }

  /** Forgets this trusted browser, or all of them. */
  async forgetBrowsers(accountId: string, origin: RequestOrigin, id?: string): Promise<void> {
    const actor = accountActor(accountId, origin);
    await this.on.database.transaction(async (tx) => {
      if ((await this.on.trustedBrowsers.forget(tx, accountId, id)) === 0) return;
      await this.#record(tx, actor, 'account.trusted_browsers_forgotten', accountId);
    });
  }

  /** Removes every second factor of an account, for an operator. Throws AppError `not_found`. */
  async reset(actor: Actor, accountId: string): Promise<void> {
    await this.on.database.transaction(async (tx) => {
      await this.on.factors.lock(tx, accountId);
      await this.on.factors.reset(tx, accountId);
      await this.#record(tx, actor, 'account.factors_reset', accountId);
    });
  }

  async #change<T>(
    accountId: string,
    origin: RequestOrigin,
    action: AuditAction,
    work: (tx: Transaction, before: LockedFactors) => Promise<T>,
  ): Promise<T> {
    const { database, factors, trustedBrowsers } = this.on;
    return database.transaction(async (tx) => {
      const result = await work(tx, await factors.lock(tx, accountId));
      await trustedBrowsers.forget(tx, accountId);
      await this.#record(tx, accountActor(accountId, origin), action, accountId);
      return result;
    });
  }

  async #count(accountId: string): Promise<void> {
    await this.on.attempts.reserve([this.on.rateLimits.factorChange(accountId)]);
  }

  async #firstCodes(
    tx: Transaction,
    accountId: string,
    before: LockedFactors,
  ): Promise<string[] | undefined> {
    return before.recoveryCodes ? undefined : this.on.factors.makeRecoveryCodes(tx, accountId);
  }

  #record(
    tx: Transaction,
    actor: Actor,
    action: AuditAction,
    accountId: string,
    changedFields: readonly string[] = [],
  ): Promise<void> {
    const target = { targetId: accountId, orgId: null, projectId: null };
    return this.on.audit.record(tx, { actor, action, ...target, changedFields });
  }
}
