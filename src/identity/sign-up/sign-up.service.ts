import type { Settings } from '../../settings/settings.js';
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
import type {
  Exchanged,
  IssuedCode,
  OneTimeCodesService,
  ValidCode,
} from '../one-time-codes/one-time-codes.service.js';

/** What a sign-up can begin with: one's own wish, or an invitation. */
export type SignUpPurpose = 'sign-up' | 'invitation';

/** What `SignUpService` needs. */
export interface SignUpDependencies {
  database: Database;
  accounts: AccountsService;
  codes: OneTimeCodesService;
  mail: MailService;
  attempts: AttemptsService;
  limits: Pick<RateLimits, 'codeFromAddress' | 'codeMail' | 'signUpFromAddress'>;
  events: AccountEvents;
  settings: Settings['signUp'];
}

/** A sign-up that begins; `interaction` is the sign-in in which it does. */
export interface SignUpRequest {
  email: string;
  interaction: string | undefined;
  request: PersonRequest;
}

/** The way in which a new person signs in; a passkey is added by `record` of `finish`. */
export type NewCredential = { password: string } | { passwordless: true };

const OVER = 'This link or code does not work any more. Start again.';

/**
 * People create their own accounts. The address is proved first, by a code from a mail; the account is made with the last
 * step, so that there is none without a verified address, and nothing tells who has an account.
 */
export class SignUpService {
  constructor(private readonly deps: SignUpDependencies) {}

  /** `off` also while mail is off. */
  get mode(): Settings['signUp']['mode'] {
    const { mail, settings } = this.deps;
    return mail.enabled ? settings.mode : 'off';
  }

  /**
   * Sends a code to the address, or, when it has an account, a mail that says so; takes as long either way. Throws AppError
   * `invalid` for what is no address, or one of another domain than sign-up is for, and `slow_down`.
   */
  async begin({ email: given, interaction, request }: SignUpRequest): Promise<IssuedCode> {
    const { accounts, attempts, codes, database, limits, mail } = this.deps;
    const email = canonicalEmail(given);
    const errors = [...emailErrors(email), ...this.#domainErrors(email)];
    if (errors.length > 0) throw invalid(errors);
    await attempts.reserve([limits.signUpFromAddress(request.address), limits.codeMail('sign-up', email)]);
    const known = await accounts.findByEmail(email);
    return database.transaction(async (tx) => {
      const issued = await codes.issue(tx, {
        purpose: 'sign-up',
        key: email,
        payload: { email, interaction },
      });
      const occasion = occasionOf(request);
      if (known) await mail.enqueue(tx, { to: email, template: 'sign-up-known', model: occasion });
      else {
        const model = { ...occasion, ...issued, path: `/sign-up/confirm/${issued.secret}` };
        await mail.enqueue(tx, { to: email, template: 'sign-up-code', model, validUntil: issued.expiresAt });
      }
      return issued;
    });
  }

  /** As `OneTimeCodesService.exchangeCode`. Throws AppError `slow_down`. */
  async enterCode(handle: string, code: string, { address }: PersonRequest) {
    await this.deps.attempts.reserve([this.deps.limits.codeFromAddress(address)]);
    return this.deps.codes.exchangeCode('sign-up', handle, code);
  }

  /** What the link of a mail leads to; undefined when it does not work any more. */
  findLink(secret: string): Promise<ValidCode<'sign-up'> | undefined> {
    return this.deps.codes.find('sign-up', secret);
  }

  /** As `OneTimeCodesService.exchangeLink`. */
  openLink(secret: string): Promise<Exchanged<'sign-up'> | undefined> {
    return this.deps.codes.exchangeLink('sign-up', secret);
  }

  /** The address that was proved; undefined when the secret does not work any more. */
  async provedAddress(purpose: SignUpPurpose, secret: string): Promise<string | undefined> {
    return (await this.deps.codes.find(purpose, secret))?.payload.email;
  }

  /**
   * Makes the account; `record` runs in the same transaction. Throws AppError `invalid` with the mistakes of the password,
   * and `conflict` when the secret does not work any more or the address has got an account meanwhile.
   */
  async finish(
    { purpose, secret }: { purpose: SignUpPurpose; secret: string },
    credential: NewCredential,
    request: PersonRequest,
    record: (tx: Transaction, account: Account, code: ValidCode<SignUpPurpose>) => Promise<void>,
  ): Promise<Account> {
    const { accounts, codes, database, events } = this.deps;
    const email = await this.provedAddress(purpose, secret);
    if (email === undefined) throw new AppError('conflict', OVER);
    const prepared = await accounts.prepare({ email, ...credential, emailVerified: true });
    return database.transaction(async (tx) => {
      const code = await codes.consume(tx, purpose, secret);
      if (!code) throw new AppError('conflict', OVER);
      const account = await accounts.insert(prepared, tx);
      const actor = personActor(account.id, request);
      await events.record(tx, { actor, action: 'account.created', accountId: account.id });
      await record(tx, account, code);
      return account;
    });
  }

  #domainErrors(email: string) {
    const { domains } = this.deps.settings;
    if (domains.length === 0 || domains.includes(email.slice(email.lastIndexOf('@') + 1))) return [];
    const allowed = domains.join(', ');
    return [{ pointer: '/email', detail: `must be an address at ${allowed}; ask for an account otherwise` }];
  }
}
