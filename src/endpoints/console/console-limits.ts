import type { AttemptsService } from '../../identity/attempts/attempts.service.js';
import type { RateLimits } from '../../identity/attempts/limits.js';
import { ProcessAttempts } from '../../identity/attempts/process-attempts.js';

/** Operations that take an account from its person; a change of the account does with another e-mail address. */
const ACCOUNT_LOCKOUTS: ReadonlySet<string> = new Set([
  'deleteAccount',
  'disableAccount',
  'resetAccountFactors',
  'setAccountPassword',
]);

/** How much one account may do in the console. All methods throw TooManyAttempts (`slow_down`). */
export class ConsoleLimits {
  readonly #requests = new ProcessAttempts();
  readonly #keptForms = new ProcessAttempts();

  constructor(
    private readonly attempts: AttemptsService,
    private readonly limits: Pick<
      RateLimits,
      'accountLockout' | 'consoleChange' | 'consoleRequest' | 'keptForm'
    >,
  ) {}

  /** Counts a request of any kind. */
  countRequest(accountId: string): void {
    this.#requests.reserve(this.limits.consoleRequest(accountId));
  }

  /** Counts a form that came without a session. */
  countKeptForm(address: string): void {
    this.#keptForms.reserve(this.limits.keptForm(address));
  }

  /** Counts a change that needs a fresh sign-in, before anything of its form is checked. */
  async countChange(accountId: string, operation: string): Promise<void> {
    const { accountLockout, consoleChange } = this.limits;
    const more = ACCOUNT_LOCKOUTS.has(operation) ? [accountLockout(accountId)] : [];
    await this.attempts.reserve([consoleChange(accountId), ...more]);
  }

  /** Counts what a call changes beyond that, before it is made. */
  async countCall(
    accountId: string,
    operation: string,
    body: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    if (operation === 'updateAccount' && body['email'] !== undefined)
      await this.attempts.reserve([this.limits.accountLockout(accountId)]);
  }
}
