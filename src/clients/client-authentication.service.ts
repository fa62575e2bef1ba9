import { createHash } from 'node:crypto';
import type { AttemptsService } from '../attempts/attempts.service.js';
import { networkOf } from '../attempts/network.js';
import type { StoredSecret, VerifiedSecrets } from '../hashing.js';

const WINDOW_SECONDS = 60;

/** Checks the secrets that clients present. */
export class ClientAuthenticationService {
  readonly #checks = new Map<string, Promise<string | undefined>>();

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
    const limited = `client secret ${clientId} ${networkOf(address)}`;
    const key = createHash('sha256')
      .update(JSON.stringify([limited, stored.map(({ id }) => id), presented]))
      .digest('base64');
    let check = this.#checks.get(key);
    if (!check) {
      check = this.#check(limited, stored, presented).finally(() => this.#checks.delete(key));
      this.#checks.set(key, check);
    }
    return check;
  }

  async #check(key: string, stored: readonly StoredSecret[], presented: string): Promise<string | undefined> {
    await this.attempts.reserve([{ key, limit: this.limit, windowSeconds: WINDOW_SECONDS }]);
    const id = await this.verified.verify(stored, presented);
    if (id !== undefined) await this.attempts.release([key]);
    return id;
  }
}
