import type { AttemptsService } from '../../identity/attempts/attempts.service.js';
import type { RateLimits } from '../../identity/attempts/limits.js';
import { ProcessAttempts } from '../../identity/attempts/process-attempts.js';

/** Operations that take an account from its person. */
const ACCOUNT_LOCKOUTS: ReadonlySet<string> = new Set([
  'deleteAccount',
  'disableAccount',
  'resetAccountFactors',
  'setAccountPassword',
]);

/** How much one account may do in the console. Both methods throw TooManyAttempts (`slow_down`). */
export class ConsoleLimits {
  readonly #requests = new ProcessAttempts();

  constructor(
    private readonly attempts: AttemptsService,
    private readonly limits: Pick<RateLimits, 'accountLockout' | 'consoleChange' | 'consoleRequest'>,
  ) {}

  /** Counts a request of any kind. */
  countRequest(accountId: string): void {
    this.#requests.reserve(this.limits.consoleRequest(accountId));
  }

  /** Counts a change that needs a fresh sign-in, before anything of its form is checked. */
  async countChange(accountId: string, operation: string): Promise<void> {
    const { accountLockout, consoleChange } = this.limits;
    const more = ACCOUNT_LOCKOUTS.has(operation) ? [accountLockout(accountId)] : [];
    await this.attempts.reserve([consoleChange(accountId), ...more]);
  }
}
