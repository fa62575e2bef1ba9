import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, invalid } from '../../platform/errors/errors.js';
import type { MailService } from '../../platform/mail/mail.service.js';
import type { AccountEvents } from '../account-events/account-events.js';
import { personActor } from '../account-events/actor.js';
import { occasionOf, type PersonRequest } from '../account-events/person-request.js';
import type { Account } from '../accounts/account.js';
import type { AccountsService } from '../accounts/accounts.service.js';
import { canonicalEmail, emailErrors } from '../accounts/email-and-password-rules.js';
import type { AttemptsService } from '../attempts/attempts.service.js';
import type { RateLimits } from '../attempts/limits.js';
import type { NoticesService } from '../notices/notices.service.js';
import type { IssuedCode, OneTimeCodesService, ValidCode } from '../one-time-codes/one-time-codes.service.js';
import type { PasswordsService } from '../passwords/passwords.service.js';

/** What `RecoveryService` needs. */
export interface RecoveryDependencies {
  database: Database;
  accounts: AccountsService;
  passwords: PasswordsService;
  codes: OneTimeCodesService;
  mail: MailService;
  notices: NoticesService;
  attempts: AttemptsService;
  limits: Pick<RateLimits, 'codeFromAddress' | 'codeMail' | 'recoveryFromAddress'>;
  events: AccountEvents;
}

/** A recovery that begins; `interaction` is the sign-in in which it does. */
export interface RecoveryRequest {
  email: string;
  interaction: string | undefined;
  request: PersonRequest;
}

/** A recovery whose link or code works. */
export interface OpenRecovery {
  email: string;
  interaction: string | undefined;
}

const OVER = 'This link or code does not work any more. Ask for another one.';

/** People set a new password by a mail to the address of their account. It removes and skips no second factor. */
export class RecoveryService {
  constructor(private readonly deps: RecoveryDependencies) {}

  get enabled(): boolean {
    return this.deps.mail.enabled;
  }

  /**
   * Sends a code and a link to the address when an active account has it; answers the same and takes as long otherwise.
   * Throws AppError `invalid` for what is no address, and `slow_down`.
   */
  async begin({ email: given, interaction, request }: RecoveryRequest): Promise<IssuedCode> {
    const { accounts, attempts, codes, database, limits, mail } = this.deps;
    const email = canonicalEmail(given);
    const errors = emailErrors(email);
    if (errors.length > 0) throw invalid(errors);
    await attempts.reserve([limits.recoveryFromAddress(request.address), limits.codeMail('recovery', email)]);
    const account = await accounts.findByEmail(email);
    return database.transaction(async (tx) => {
      const passwordChangedAt = account?.passwordChangedAt?.toISOString() ?? null;
      const issued = await codes.issue(tx, {
        purpose: 'recovery',
        key: email,
        accountId: account?.id,
        payload: { email, passwordChangedAt, interaction },
      });
      const model = { ...occasionOf(request), ...issued, path: `/recover/${issued.secret}` };
      await mail.enqueue(tx, {
        to: email,
        template: 'recovery-code',
        model,
        validUntil: issued.expiresAt,
        deliver: account?.status === 'active',
      });
      return issued;
    });
  }

  /**
   * Sends a link to an account for an operator, within the transaction that records it. Throws AppError `conflict` when mail
   * is off or the account is not active, and `slow_down`.
   */
  async sendLink(tx: Transaction, { email, id, passwordChangedAt, status }: Account): Promise<void> {
    const { attempts, codes, limits, mail } = this.deps;
    if (!mail.enabled)
      throw new AppError(
        'conflict',
        'No mail can be sent from here: set SMTP_URL, or set a password instead.',
      );
    if (status !== 'active')
      throw new AppError('conflict', 'The account is not active, so that it needs no password.');
    await attempts.reserve([limits.codeMail('recovery', email)]);
    const changedAt = passwordChangedAt?.toISOString() ?? null;
    const { expiresAt, secret } = await codes.issue(tx, {
      purpose: 'recovery',
      key: email,
      accountId: id,
      payload: { email, passwordChangedAt: changedAt, interaction: undefined },
    });
    const model = { path: `/recover/${secret}`, at: new Date(), expiresAt };
    await mail.enqueue(tx, { to: email, template: 'recovery-link', model, validUntil: expiresAt });
  }

  /** As `OneTimeCodesService.exchangeCode`. Throws AppError `slow_down`. */
  async enterCode(handle: string, code: string, { address }: PersonRequest) {
    await this.deps.attempts.reserve([this.deps.limits.codeFromAddress(address)]);
    return this.deps.codes.exchangeCode('recovery', handle, code);
  }

  /** Undefined when the secret does not work any more, also because the password or the address was changed since. */
  async find(secret: string): Promise<OpenRecovery | undefined> {
    const found = await this.deps.codes.find('recovery', secret);
    const account = found && (await this.deps.accounts.find(found.accountId));
    return account && fits(account, found) ? found.payload : undefined;
  }

  /**
   * Sets the password, ends every session and grant, and tells the person. Throws AppError `invalid` with the mistakes of
   * the password, and `conflict` when the secret does not work any more.
   */
  async finish(secret: string, password: string, request: PersonRequest): Promise<OpenRecovery> {
    const { accounts, codes, events, notices, passwords } = this.deps;
    const found = await codes.find('recovery', secret);
    const before = found && (await accounts.find(found.accountId));
    if (!found || !before || !fits(before, found)) throw new AppError('conflict', OVER);
    await passwords.setPassword({ id: before.id }, password, async (tx, account) => {
      if (!(await codes.consume(tx, 'recovery', secret))) throw new AppError('conflict', OVER);
      await codes.cancelOfAccount(tx, account.id);
      const actor = personActor(account.id, request);
      await events.record(tx, { actor, action: 'account.password_reset', accountId: account.id });
      const { address, browser } = occasionOf(request);
      await notices.send(tx, account, 'password_reset', { address, browser });
    });
    return found.payload;
  }
}

/** Whether the account is as it was when the code was sent. */
function fits(account: Account, { payload }: ValidCode<'recovery'>): boolean {
  const changedAt = account.passwordChangedAt?.toISOString() ?? null;
  return (
    account.status === 'active' && account.email === payload.email && changedAt === payload.passwordChangedAt
  );
}
