import type { AccountAction, AccountEvents } from '../account-events/account-events.js';
import { type Actor, personActor, strangerActor } from '../account-events/actor.js';
import { occasionOf, type PersonRequest } from '../account-events/person-request.js';
import { AccountBeingDeleted, mayGoOn } from '../accounts/account.js';
import type { AccountsService } from '../accounts/accounts.service.js';
import type { AttemptsService } from '../attempts/attempts.service.js';
import type { RateLimits } from '../attempts/limits.js';
import type { NoticesService } from '../notices/notices.service.js';
import { type PasskeyResponse, type PasskeysService, Refused } from '../passkeys/passkeys.service.js';
import { CODE_AMR, passkeyAmr } from '../second-factors/authentication-level.js';
import { type SecondFactorsService, UnreadableSecret } from '../second-factors/second-factors.service.js';
import type { TrustedBrowsers } from '../second-factors/trusted-browsers.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError } from '../../platform/errors/errors.js';
import { describeError, type Logger } from '../../platform/telemetry/telemetry.js';

/** What the checks need. */
export interface FactorCheckDependencies {
  database: Database;
  accounts: Pick<AccountsService, 'find' | 'lock'>;
  factors: SecondFactorsService;
  passkeys: PasskeysService;
  trustedBrowsers: TrustedBrowsers;
  attempts: AttemptsService;
  rateLimits: RateLimits;
  events: AccountEvents;
  notices: NoticesService;
  log: Logger;
}

/** Who proved themselves, and how (RFC 8176). */
export interface Proof {
  accountId: string;
  amr: string[];
}

const PASSKEY_REFUSED = 'This passkey was not accepted. Try again, or sign in another way.';
const CODE_REFUSED = 'This code is not right, or it was used before. Enter the one that the app shows now.';
const RECOVERY_CODE_REFUSED = 'This recovery code is not right, or it was used before.';
/** The person did not prove themselves with a passkey. */
export class PasskeyRefused extends AppError {
  /** The id of a credential that does not exist here, which the browser can be told. */
  readonly unknownCredential: string | undefined;

  constructor(cause: Refused) {
    super('unauthenticated', PASSKEY_REFUSED, { cause });
    this.unknownCredential = cause.unknownCredential;
  }
}

/** The target of the event when a passkey is of no account. */
const UNKNOWN_ACCOUNT = 'unknown';

/**
 * Checks of passkeys, codes and recovery codes at a sign-in. Every attempt is counted before it is checked, and every
 * refusal is in the audit trail. AppErrors are `unauthenticated` and `slow_down`.
 */
export class FactorChecksService {
  constructor(private readonly on: FactorCheckDependencies) {}

  /**
   * The person of a passkey.
   *
   * @param context what its challenge was made for
   * @param accountId the account that it has to belong to; without it any account that is active. For one that is being
   *   deleted the error is AccountBeingDeleted where the person may take that back
   */
  async checkPasskey(
    response: PasskeyResponse,
    context: string,
    origin: PersonRequest,
    accountId?: string,
  ): Promise<Proof> {
    const { accounts, attempts, database, passkeys, rateLimits } = this.on;
    const limit = rateLimits.signInFromAddress(origin.address);
    await attempts.reserve([limit]);
    try {
      const use = await passkeys.verify(response, context, accountId);
      const account = await accounts.find(use.passkey.accountId);
      if (!account || !mayGoOn(account)) throw new Refused('credential_id');
      await database.transaction((tx) => passkeys.recordUse(tx, use));
      await attempts.release([limit.key]);
      const amr = passkeyAmr(use.passkey);
      if (account.status === 'deleting') throw new AccountBeingDeleted(account, amr, PASSKEY_REFUSED);
      return { accountId: account.id, amr };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { accountId: owner, reason } = error;
      await database.transaction(async (tx) => {
        const actor = accountId === undefined ? strangerActor(origin) : personActor(accountId, origin);
        await this.#record(tx, 'account.passkey_refused', owner, actor, [reason]);
        // The key was copied, so its owner has to know.
        if (owner !== undefined && reason === 'sign_count')
          await this.#notify(tx, 'passkey_refused', owner, origin);
      });
      throw new PasskeyRefused(error);
    }
  }

  /** Checks a code of the account's authenticator app; returns what it adds to `amr`. */
  async checkCode(accountId: string, code: string, origin: PersonRequest): Promise<string[]> {
    try {
      return await this.#checkCode(accountId, origin, {
        use: (tx) => this.on.factors.useTotp(tx, accountId, code),
        refused: CODE_REFUSED,
      });
    } catch (error) {
      if (error instanceof UnreadableSecret) {
        const fields = { accountId, requestId: origin.requestId, error: describeError(error.cause) };
        this.on.log.error(fields, 'the encryption key does not open the secret of an authenticator app');
      }
      throw error;
    }
  }

  /** Checks a recovery code of the account, which works once; returns what it adds to `amr`. */
  checkRecoveryCode(accountId: string, code: string, origin: PersonRequest): Promise<string[]> {
    return this.#checkCode(accountId, origin, {
      use: async (tx) => {
        const isRight = await this.on.factors.useRecoveryCode(tx, accountId, code);
        if (!isRight) return false;
        await this.#record(tx, 'account.recovery_code_used', accountId, personActor(accountId, origin));
        await this.#notify(tx, 'recovery_code_used', accountId, origin);
        return true;
      },
      refused: RECOVERY_CODE_REFUSED,
    });
  }

  /** The token for the cookie of a browser in which the account is not asked for its second factor any more. */
  trustBrowser(accountId: string, userAgent: string): Promise<string> {
    const { database, trustedBrowsers } = this.on;
    return database.transaction((tx) => trustedBrowsers.trust(tx, accountId, userAgent));
  }

  async #checkCode(
    accountId: string,
    origin: PersonRequest,
    { use, refused }: { use: (tx: Transaction) => Promise<boolean>; refused: string },
  ): Promise<string[]> {
    const { database, factors } = this.on;
    await factors.reserveAttempt(accountId, origin.address);
    const isRight = await database.transaction(async (tx) => {
      const accepted = await use(tx);
      if (!accepted)
        await this.#record(tx, 'account.second_factor_refused', accountId, personActor(accountId, origin));
      return accepted;
    });
    if (!isRight) throw new AppError('unauthenticated', refused);
    await factors.clearAttempts(accountId, origin.address);
    return [...CODE_AMR];
  }

  async #notify(
    tx: Transaction,
    kind: 'recovery_code_used' | 'passkey_refused',
    accountId: string,
    origin: PersonRequest,
  ): Promise<void> {
    const account = await this.on.accounts.lock(tx, accountId);
    await this.on.notices.send(tx, account, kind, occasionOf(origin));
  }

  #record(
    tx: Transaction,
    action: AccountAction,
    accountId: string | undefined,
    actor: Actor,
    changedFields: readonly string[] = [],
  ): Promise<void> {
    return this.on.events.record(tx, {
      actor,
      action,
      accountId: accountId ?? UNKNOWN_ACCOUNT,
      changedFields,
    });
  }
}
