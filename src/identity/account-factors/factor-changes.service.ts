import type { AttemptsService } from '../attempts/attempts.service.js';
import type { RateLimits } from '../attempts/limits.js';
import {
  type Passkey,
  type PasskeyResponse,
  type PasskeysService,
  Refused,
} from '../passkeys/passkeys.service.js';
import { CODE_AMR, passkeyAmr } from '../second-factors/authentication-level.js';
import type { HeldFactors, SecondFactorsService } from '../second-factors/second-factors.service.js';
import type { TrustedBrowsers } from '../second-factors/trusted-browsers.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError } from '../../platform/errors/errors.js';
import type { AccountAction, AccountEvents } from '../account-events/account-events.js';
import { personActor } from '../account-events/actor.js';
import { occasionOf, type PersonRequest } from '../account-events/person-request.js';
import type { Account } from '../accounts/account.js';
import type { AccountsService } from '../accounts/accounts.service.js';
import type { NoticeKind, NoticesService } from '../notices/notices.service.js';

/** What the changes need. */
export interface FactorChangeDependencies {
  database: Database;
  factors: SecondFactorsService;
  passkeys: PasskeysService;
  trustedBrowsers: TrustedBrowsers;
  attempts: AttemptsService;
  rateLimits: RateLimits;
  accounts: Pick<AccountsService, 'lock'>;
  events: AccountEvents;
  notices: NoticesService;
}

/** A factor that was added. */
export interface AddedFactor {
  /** The name of a passkey. */
  name?: string;
  /** What the person has proved by adding it (RFC 8176). */
  amr: string[];
  /** Recovery codes that were made now; undefined when the account has some already. */
  recoveryCodes: string[] | undefined;
}

/** A change that the person is told of by mail. */
type FactorChange = Extract<
  NoticeKind,
  | 'passkey_added'
  | 'passkey_removed'
  | 'authenticator_added'
  | 'authenticator_removed'
  | 'recovery_codes_made'
>;

const PASSKEY_REFUSED =
  'The passkey was not saved, because the answer of this device was not accepted. Try again.';
const LAST_WAY =
  'This passkey is the last way to sign in. Set a password or add another passkey before you remove it.';

/**
 * Changes of the ways in which a person signs in. Each is one transaction with its event in the audit trail and a notice
 * to the person; it is counted, and the trusted browsers are forgotten. AppErrors are `slow_down`, and those of the
 * services.
 */
export class FactorChangesService {
  constructor(private readonly on: FactorChangeDependencies) {}

  /** Throws AppError `invalid` when the response is refused, and `conflict` when the account has too many. */
  async addPasskey(
    accountId: string,
    response: PasskeyResponse,
    context: string,
    origin: PersonRequest,
  ): Promise<AddedFactor> {
    const { passkeys } = this.on;
    await this.#count(accountId);
    try {
      const verified = await passkeys.verifyNew(response, context, accountId);
      return await this.#change(accountId, origin, 'passkey_added', async (tx, before) => {
        const passkey = await passkeys.add(tx, verified);
        const recoveryCodes = await this.#firstCodes(tx, accountId, before);
        return { name: passkey.name, amr: passkeyAmr(passkey), recoveryCodes };
      });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await this.on.database.transaction((tx) =>
        this.#record(tx, 'account.passkey_refused', accountId, origin, [error.reason]),
      );
      throw new AppError('invalid', PASSKEY_REFUSED, { cause: error });
    }
  }

  /**
   * The first passkey of an account that is about to be made: a function that adds it in the same transaction. Both throw
   * AppError `conflict` when the response is refused.
   */
  async firstPasskey(
    response: PasskeyResponse,
    context: string,
  ): Promise<(tx: Transaction, accountId: string, origin: PersonRequest) => Promise<AddedFactor>> {
    const { factors, passkeys } = this.on;
    const verified = await passkeys.verifyNew(response, context).catch(refusedAsConflict);
    return async (tx, accountId, origin) => {
      const passkey = await passkeys.add(tx, { ...verified, accountId }).catch(refusedAsConflict);
      const recoveryCodes = await factors.makeRecoveryCodes(tx, accountId);
      await this.#record(tx, 'account.passkey_added', accountId, origin);
      return { name: passkey.name, amr: passkeyAmr(passkey), recoveryCodes };
    };
  }

  /** Throws AppError `not_found`, and `invalid` for a name that cannot be. */
  renamePasskey(accountId: string, id: string, name: string, origin: PersonRequest): Promise<Passkey> {
    return this.on.database.transaction(async (tx) => {
      const passkey = await this.on.passkeys.rename(tx, accountId, id, name);
      await this.#record(tx, 'account.passkey_renamed', accountId, origin, ['name']);
      return passkey;
    });
  }

  /** Throws AppError `not_found`, and `conflict` when the person could not sign in any more. */
  async removePasskey(accountId: string, id: string, origin: PersonRequest): Promise<Passkey> {
    await this.#count(accountId);
    return this.#change(accountId, origin, 'passkey_removed', async (tx, before) => {
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
    origin: PersonRequest,
  ): Promise<AddedFactor> {
    await this.#count(accountId);
    return this.#change(accountId, origin, 'authenticator_added', async (tx, before) => {
      await this.on.factors.confirmTotp(tx, accountId, sealed, code);
      return { amr: [...CODE_AMR], recoveryCodes: await this.#firstCodes(tx, accountId, before) };
    });
  }

  /** Does nothing when there is none. */
  async removeAuthenticator(accountId: string, origin: PersonRequest): Promise<void> {
    await this.#count(accountId);
    await this.#change(accountId, origin, 'authenticator_removed', async (tx, before) => {
      await this.on.factors.removeTotp(tx, accountId);
      if (before.passkeys === 0) await this.on.factors.dropRecoveryCodes(tx, accountId);
      return {};
    });
  }

  /** New recovery codes in place of the earlier ones. Throws AppError `conflict` when there is no second factor. */
  async makeRecoveryCodes(accountId: string, origin: PersonRequest): Promise<string[]> {
    await this.#count(accountId);
    const { codes } = await this.#change(accountId, origin, 'recovery_codes_made', async (tx, before) => {
      if (before.passkeys === 0 && !before.totp)
        throw new AppError('conflict', 'Add a passkey or an authenticator app first.');
      return { codes: await this.on.factors.makeRecoveryCodes(tx, accountId) };
    });
    return codes;
  }

  /** Forgets this trusted browser, or all of them. */
  async forgetBrowsers(accountId: string, origin: PersonRequest, id?: string): Promise<void> {
    await this.on.database.transaction(async (tx) => {
      if ((await this.on.trustedBrowsers.forget(tx, accountId, id)) === 0) return;
      await this.#record(tx, 'account.trusted_browsers_forgotten', accountId, origin);
    });
  }

  async #change<T extends object>(
    accountId: string,
    origin: PersonRequest,
    change: FactorChange,
    work: (tx: Transaction, before: HeldFactors & Pick<Account, 'hasPassword'>) => Promise<T>,
  ): Promise<T> {
    const { accounts, database, factors, notices, trustedBrowsers } = this.on;
    return database.transaction(async (tx) => {
      const account = await accounts.lock(tx, accountId);
      const { hasPassword } = account;
      const result = await work(tx, { ...(await factors.held(tx, accountId)), hasPassword });
      await trustedBrowsers.forget(tx, accountId);
      await this.#record(tx, `account.${change}`, accountId, origin);
      const name = 'name' in result && typeof result.name === 'string' ? result.name : undefined;
      await notices.send(tx, account, change, { ...occasionOf(origin), name });
      return result;
    });
  }

  async #count(accountId: string): Promise<void> {
    await this.on.attempts.reserve([this.on.rateLimits.factorChange(accountId)]);
  }

  async #firstCodes(tx: Transaction, accountId: string, before: HeldFactors): Promise<string[] | undefined> {
    return before.recoveryCodes ? undefined : this.on.factors.makeRecoveryCodes(tx, accountId);
  }

  #record(
    tx: Transaction,
    action: AccountAction,
    accountId: string,
    origin: PersonRequest,
    changedFields: readonly string[] = [],
  ): Promise<void> {
    return this.on.events.record(tx, {
      actor: personActor(accountId, origin),
      action,
      accountId,
      changedFields,
    });
  }
}

function refusedAsConflict(error: unknown): never {
  if (!(error instanceof Refused)) throw error;
  throw new AppError('conflict', PASSKEY_REFUSED, { cause: error });
}
