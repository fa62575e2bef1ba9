import type { Transaction } from '../../platform/db/database.js';
import type { Vault } from '../../platform/crypto/sealing.js';
import { AppError } from '../../platform/errors/errors.js';
import type { AttemptsService } from '../attempts/attempts.service.js';
import type { RateLimits } from '../attempts/limits.js';
import type { PasskeysService } from '../passkeys/passkeys.service.js';
import { canonicalRecoveryCode, newRecoveryCodes } from './recovery-codes.js';
import type { Enrolled, RecoveryCodeCounts, SecondFactorsRepository } from './second-factors.repository.js';
import { codeDigits, newTotpSecret, stepOfCode } from './totp.js';
import type { TrustedBrowsers } from './trusted-browsers.service.js';
import { OutdatedPage } from '../../platform/errors/outdated-page.js';

export type { Enrolled, RecoveryCodeCounts } from './second-factors.repository.js';

export const ENROLMENT_SECONDS = 30 * 60;
const WRONG_CODE = 'This code is not right. Enter the one that the app shows now.';

/** The second factors of an account, for the pages that show them. */
export interface SecondFactors {
  authenticator: { since: Date; lastUsedAt: Date | null } | undefined;
  recoveryCodes: RecoveryCodeCounts;
}

/** What an account has set up. */
export interface HeldFactors {
  passkeys: number;
  totp: boolean;
  recoveryCodes: boolean;
}

/** A secret that is shown to a person, and the sealed form in which their form carries it back. */
export interface TotpEnrolment {
  secret: Buffer;
  sealed: string;
}

/** The secret of an authenticator app was sealed with an encryption key that is lost. */
export class UnreadableSecret extends AppError {
  constructor(cause: unknown) {
    const help = 'Use another way, or have whoever runs this service reset your second factors.';
    super('unauthenticated', `The codes of your app cannot be checked here any more. ${help}`, { cause });
  }
}

/** Codes of authenticator apps (RFC 6238) and recovery codes. Secrets are sealed, recovery codes keyed digests. */
export class SecondFactorsService {
  constructor(
    private readonly repository: SecondFactorsRepository,
    private readonly vault: Vault,
    private readonly attempts: AttemptsService,
    private readonly limits: RateLimits,
    private readonly passkeys: PasskeysService,
    private readonly trusted: TrustedBrowsers,
  ) {}

  /** Which kinds of second factor the account has. Recovery codes are none: they stand in for one. */
  enrolled(accountId: string): Promise<Enrolled> {
    return this.repository.enrolled(accountId);
  }

  /** Whether the account has any. */
  async isEnrolled(accountId: string): Promise<boolean> {
    const { passkey, totp } = await this.enrolled(accountId);
    return passkey || totp;
  }

  async of(accountId: string): Promise<SecondFactors> {
    const [totp, recoveryCodes] = await Promise.all([
      this.repository.findTotp(accountId),
      this.repository.countRecoveryCodes(accountId),
    ]);
    return {
      authenticator: totp && { since: totp.confirmedAt, lastUsedAt: totp.lastUsedAt },
      recoveryCodes,
    };
  }

  /** A new secret for this account. Nothing is stored before a code of it is confirmed. */
  beginTotp(accountId: string): TotpEnrolment {
    const secret = newTotpSecret();
    const expires = String(Math.floor(Date.now() / 1000) + ENROLMENT_SECONDS);
    const text = `${secret.toString('hex')} ${expires}`;
    return { secret, sealed: this.vault.seal('totp-enrolments', text, accountId).toString('base64url') };
  }

  /** The secret of a form. Throws AppError `malformed` when it is not of this account, or older than 30 minutes. */
  resumeTotp(accountId: string, sealed: string): TotpEnrolment {
    try {
      const opened = this.vault.open('totp-enrolments', Buffer.from(sealed, 'base64url'), accountId);
      const [hex = '', expires] = opened.toString('utf8').split(' ');
      if (Number(expires) > Date.now() / 1000) return { secret: Buffer.from(hex, 'hex'), sealed };
    } catch {
      // Not a value of ours.
    }
    throw new OutdatedPage('This page was open for too long. Start the set-up again.');
  }

  /**
   * Sets the authenticator app up, in place of an earlier one. Throws AppError `invalid` for a wrong code, and what
   * `resumeTotp` throws.
   */
  async confirmTotp(tx: Transaction, accountId: string, sealed: string, code: string): Promise<void> {
    const { secret } = this.resumeTotp(accountId, sealed);
    const digits = codeDigits(code);
    const step = digits === undefined ? undefined : stepOfCode(secret, digits);
    if (step === undefined) throw new AppError('invalid', WRONG_CODE);
    const sealedSecret = this.vault.seal('totp-secrets', secret, accountId);
    await this.repository.saveTotp(tx, accountId, sealedSecret, step);
  }

  /** Counts an attempt at a code, before it is checked. Throws AppError `slow_down`. */
  async reserveAttempt(accountId: string, address: string): Promise<void> {
    await this.attempts.reserve([this.limits.secondFactorFromAddress(address)]);
    await this.attempts.reserve([this.limits.secondFactor(accountId)]);
  }

  /** Forgets the attempts after a success. */
  async clearAttempts(accountId: string, address: string): Promise<void> {
    await Promise.all([
      this.attempts.clear([this.limits.secondFactor(accountId).key]),
      this.attempts.release([this.limits.secondFactorFromAddress(address).key]),
    ]);
  }

  /** Whether this is a code of the account's app that was not used; it is used then. Throws UnreadableSecret. */
  async useTotp(tx: Transaction, accountId: string, code: string): Promise<boolean> {
    const digits = codeDigits(code);
    const stored = await this.repository.findTotp(accountId, tx);
    if (digits === undefined || !stored) return false;
    const secret = this.#open(accountId, stored.secretSealed);
    const step = stepOfCode(secret, digits);
    return step !== undefined && this.repository.acceptStep(tx, accountId, stored.secretSealed, step);
  }

  /** False when there was none. */
  removeTotp(tx: Transaction, accountId: string): Promise<boolean> {
    return this.repository.deleteTotp(tx, accountId);
  }

  /** Ten new codes in place of the earlier ones; they can be shown only now. */
  async makeRecoveryCodes(tx: Transaction, accountId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    const digests = codes.map((code) => this.#digest(accountId, code.replace('-', '')));
    await this.repository.saveRecoveryCodes(tx, accountId, digests);
    return codes;
  }

  /** Whether this is a recovery code of the account that was not used; it is used then. */
  async useRecoveryCode(tx: Transaction, accountId: string, given: string): Promise<boolean> {
    const code = canonicalRecoveryCode(given);
    if (code === undefined) return false;
    return this.repository.useRecoveryCode(tx, accountId, this.#digest(accountId, code));
  }

  /** What the account has, within the transaction that changes it. */
  async held(tx: Transaction, accountId: string): Promise<HeldFactors> {
    const passkeys = await this.passkeys.count(tx, accountId);
    const totp = await this.repository.findTotp(accountId, tx);
    const codes = await this.repository.countRecoveryCodes(accountId, tx);
    return { passkeys, totp: totp !== undefined, recoveryCodes: codes.total > 0 };
  }

  /** Deletes the recovery codes of an account that has no second factor any more. */
  async dropRecoveryCodes(tx: Transaction, accountId: string): Promise<void> {
    await this.repository.deleteRecoveryCodes(tx, accountId);
  }

  /** Removes every second factor of the account, its recovery codes and its trusted browsers. */
  async reset(tx: Transaction, accountId: string): Promise<void> {
    await this.passkeys.removeAll(tx, accountId);
    await this.repository.deleteTotp(tx, accountId);
    await this.repository.deleteRecoveryCodes(tx, accountId);
    await this.trusted.forget(tx, accountId);
  }

  #open(accountId: string, sealed: Buffer): Buffer {
    try {
      return this.vault.open('totp-secrets', sealed, accountId);
    } catch (cause) {
      throw new UnreadableSecret(cause);
    }
  }

  #digest(accountId: string, code: string): Buffer {
    return this.vault.digest('recovery-codes', `${accountId} ${code}`);
  }
}
