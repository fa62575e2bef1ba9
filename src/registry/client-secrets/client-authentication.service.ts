import type { AttemptsService } from '../../identity/attempts/attempts.service.js';
import type { RateLimits } from '../../identity/attempts/limits.js';
import type { StoredSecret, VerifiedSecrets } from '../../platform/crypto/hashing.js';

/** Checks the secrets that clients present. */
export class ClientAuthenticationService {
  constructor(
    private readonly verified: VerifiedSecrets,
    private readonly attempts: AttemptsService,
    private readonly limits: Pick<RateLimits, 'clientSecret'>,
  ) {}

  /**
   * The id of the client's secret that `presented` is. A secret that was verified before costs one HMAC; bcrypt comes
   * after a limit on wrong secrets, which right ones do not use up: equal checks under way at the same time count once,
   * so that a client that is busy when a node starts is not slowed down. Throws AppError `slow_down` beyond it.
   */
  async verify(
    clientId: string,
    stored: readonly StoredSecret[],
    presented: string,
    address: string,
  ): Promise<string | undefined> {
    const known = this.verified.recall(stored, presented);
    if (known !== undefined) return known;
    const limit = this.limits.clientSecret(clientId, address);
    return this.verified.verify(stored, presented, {
      before: () => this.attempts.reserve([limit]),
      onMatch: () => this.attempts.release([limit.key]),
    });
  }
}
