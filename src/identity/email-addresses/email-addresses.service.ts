import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, invalid } from '../../platform/errors/errors.js';
import type { MailService } from '../../platform/mail/mail.service.js';
import type { AccountEvents } from '../account-events/account-events.js';
import { personActor } from '../account-events/actor.js';
import { occasionOf, type PersonRequest } from '../account-events/person-request.js';
import type { Account } from '../accounts/account.js';
import type { AccountChange, AccountsService } from '../accounts/accounts.service.js';
import { canonicalEmail, emailErrors } from '../accounts/email-and-password-rules.js';
import type { AttemptsService } from '../attempts/attempts.service.js';
import type { RateLimits } from '../attempts/limits.js';
import type { GrantsService } from '../grants/grants.service.js';
import type { NoticesService } from '../notices/notices.service.js';
import type { IssuedCode, OneTimeCodesService } from '../one-time-codes/one-time-codes.service.js';
import type { SessionsService } from '../sessions/sessions.service.js';

/** What `EmailAddressesService` needs. */
export interface EmailAddressesDependencies {
  database: Database;
  accounts: AccountsService;
  codes: OneTimeCodesService;
  mail: MailService;
  notices: NoticesService;
  attempts: AttemptsService;
  limits: Pick<RateLimits, 'codeFromAddress' | 'codeMail' | 'emailChange'>;
  sessions: SessionsService;
  grants: GrantsService;
  events: AccountEvents;
}

/** What a code or a link about an address does. */
export type AddressPurpose = 'verification' | 'email-change' | 'email-undo';

const OVER = 'This link or code does not work any more. Ask for another one.';

/** The e-mail addresses of accounts: that they are the person's, and how the person changes them. */
export class EmailAddressesService {
  constructor(private readonly deps: EmailAddressesDependencies) {}

  get enabled(): boolean {
    return this.deps.mail.enabled;
  }

  /** Sends a code to the address of the account. Throws AppError `slow_down`. */
  async beginVerification({ id, email }: Account, request: PersonRequest): Promise<IssuedCode> {
    const { attempts, codes, database, limits, mail } = this.deps;
    await attempts.reserve([limits.codeMail('verification', email)]);
    return database.transaction(async (tx) => {
      const payload = { email };
      const issued = await codes.issue(tx, { purpose: 'verification', key: id, accountId: id, payload });
      const model = { ...occasionOf(request), ...issued, path: `/confirm-email/${issued.secret}` };
      await mail.enqueue(tx, {
        to: email,
        template: 'verification-code',
        model,
        validUntil: issued.expiresAt,
      });
      return issued;
    });
  }

  /**
   * Sends a code to the new address, or, when another account has it, a mail that says so. Throws AppError `invalid` for
   * what is no address or is the present one, and `slow_down`.
   */
  async beginChange(
    { id, email: from }: Account,
    given: string,
    request: PersonRequest,
  ): Promise<IssuedCode> {
    const { accounts, attempts, codes, database, limits, mail } = this.deps;
    const to = canonicalEmail(given);
    const errors = emailErrors(to);
    if (to === from) errors.push({ pointer: '/email', detail: 'is the address of this account already' });
    if (errors.length > 0) throw invalid(errors);
    await attempts.reserve([limits.emailChange(id), limits.codeMail('email-change', to)]);
    const taken = await accounts.findByEmail(to);
    return database.transaction(async (tx) => {
      const payload = { from, to };
      const issued = await codes.issue(tx, { purpose: 'email-change', key: id, accountId: id, payload });
      const occasion = occasionOf(request);
      const model = { ...occasion, ...issued, path: `/confirm-email/${issued.secret}` };
      if (taken) await mail.enqueue(tx, { to, template: 'email-change-taken', model: occasion });
      else {
        const validUntil = issued.expiresAt;
        await mail.enqueue(tx, { to, template: 'email-change-code', model, validUntil });
      }
      return issued;
    });
  }

  /**
   * Tries a code; the address is verified or changed if it is right. `triesLeft` when it is wrong, undefined when it does
   * not work any more. Throws AppError `slow_down`, and as `finish`.
   */
  async enterCode(
    purpose: Exclude<AddressPurpose, 'email-undo'>,
    handle: string,
    code: string,
    request: PersonRequest,
  ): Promise<Account | { triesLeft: number } | undefined> {
    await this.deps.attempts.reserve([this.deps.limits.codeFromAddress(request.address)]);
    const exchanged = await this.deps.codes.exchangeCode(purpose, handle, code);
    if (!exchanged || 'triesLeft' in exchanged) return exchanged;
    return this.finish(purpose, exchanged.secret, request);
  }

  /** What a link is about: the address that it proves or brings back. Undefined when it does not work any more. */
  async find(secret: string): Promise<{ purpose: AddressPurpose; email: string } | undefined> {
    for (const purpose of ['verification', 'email-change', 'email-undo'] as const) {
      const found = await this.deps.codes.find(purpose, secret);
      if (found) return { purpose, email: 'to' in found.payload ? found.payload.to : found.payload.email };
    }
    return undefined;
  }

  /**
   * Does what a link or an exchanged code is for. Throws AppError `conflict` when it does not work any more, or the address
   * has got another account meanwhile.
   */
  finish(purpose: AddressPurpose, secret: string, request: PersonRequest): Promise<Account> {
    return this.deps.database.transaction((tx) => {
      if (purpose === 'verification') return this.#verify(tx, secret, request);
      return purpose === 'email-change' ? this.#change(tx, secret, request) : this.#undo(tx, secret, request);
    });
  }

  async #verify(tx: Transaction, secret: string, request: PersonRequest): Promise<Account> {
    const { accountId, payload } = await this.#consume(tx, 'verification', secret);
    const { after } = await this.#update(tx, accountId, payload.email, { emailVerified: true });
    await this.#record(tx, 'account.email_verified', after, request);
    return after;
  }

  async #change(tx: Transaction, secret: string, request: PersonRequest): Promise<Account> {
    const { codes, mail, notices } = this.deps;
    const { accountId, payload } = await this.#consume(tx, 'email-change', secret);
    const change = { email: payload.to, emailVerified: true };
    const { before, after } = await this.#update(tx, accountId, payload.from, change);
    await codes.cancelOfAccount(tx, accountId);
    const { expiresAt, secret: undo } = await codes.issue(tx, {
      purpose: 'email-undo',
      key: `${accountId} ${before.email}`,
      accountId,
      payload: { email: before.email, emailVerified: before.emailVerified },
    });
    const occasion = occasionOf(request);
    const model = { ...occasion, newEmail: after.email, path: `/undo-email/${undo}`, expiresAt };
    await mail.enqueue(tx, { to: before.email, template: 'email-changed', model, validUntil: expiresAt });
    await notices.send(tx, after, 'email_changed', occasion);
    await this.#record(tx, 'account.email_changed', after, request);
    return after;
  }

  async #undo(tx: Transaction, secret: string, request: PersonRequest): Promise<Account> {
    const { accounts, codes, grants, notices, sessions } = this.deps;
    const { accountId, createdAt, payload } = await this.#consume(tx, 'email-undo', secret);
    const { after } = await accounts.update(tx, accountId, () => payload);
    await codes.cancelOfAccount(tx, accountId, createdAt);
    await sessions.endAll(tx, accountId);
    await grants.revokeAll(tx, accountId);
    await notices.send(tx, after, 'email_change_undone', occasionOf(request));
    await this.#record(tx, 'account.email_change_undone', after, request);
    return after;
  }

  async #consume<Purpose extends AddressPurpose>(tx: Transaction, purpose: Purpose, secret: string) {
    const code = await this.deps.codes.consume(tx, purpose, secret);
    if (!code) throw new AppError('conflict', OVER);
    return code;
  }

  /** Changes an active account that still has the address with which the code was made. */
  async #update(tx: Transaction, accountId: string, email: string, change: AccountChange) {
    return this.deps.accounts.update(tx, accountId, (before) => {
      if (before.email === email && before.status === 'active') return change;
      throw new AppError('conflict', OVER);
    });
  }

  #record(
    tx: Transaction,
    action: 'account.email_verified' | 'account.email_changed' | 'account.email_change_undone',
    { id }: Account,
    request: PersonRequest,
  ): Promise<void> {
    return this.deps.events.record(tx, { actor: personActor(id, request), action, accountId: id });
  }
}
