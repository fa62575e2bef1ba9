import type { AttemptsService } from '../../identity/attempts/attempts.service.js';
import { networkOf } from '../../identity/attempts/network.js';
import type { StoredSecret, VerifiedSecrets } from '../../platform/crypto/hashing.js';

const WINDOW_SECONDS = 60;

/** Checks the secrets that clients present. */
export class ClientAuthenticationService {
  constructor(
    private readonly verified: VerifiedSecrets,
    private readonly attempts: AttemptsService,
    /** Wrong secrets of a client from one network, in a minute. */
    private readonly limit: number,
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
    const key = `client secret ${clientId} ${networkOf(address)}`;
    return this.verified.verify(stored, presented, {
      before: () => this.attempts.reserve([{ key, limit: this.limit, windowSeconds: WINDOW_SECONDS }]),
      onMatch: () => this.attempts.release([key]),
    });
  }
}
