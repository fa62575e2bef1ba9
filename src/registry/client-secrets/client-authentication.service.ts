import type { AttemptsService } from '../../identity/attempts/attempts.service.js';
import type { RateLimits } from '../../identity/attempts/limits.js';
import type { StoredSecret, VerifiedSecrets } from '../../platform/crypto/hashing.js';
import type { ClientSecretsService } from './client-secrets.service.js';
import type { LiveClient } from '../live-clients/live-client.js';

/** How a request carried a secret: in the Authorization header or in the form. */
export type SecretMethod = 'client_secret_basic' | 'client_secret_post';

/** What became of a presented secret: its id, or why it was refused. `message` is for the client. */
export type SecretOutcome =
  { secretId: string } | { refusal: 'wrong_secret' | 'wrong_method'; message?: string };

/** Checks the secrets that clients present. */
export class ClientAuthenticationService {
  constructor(
    private readonly verified: VerifiedSecrets,
    private readonly attempts: AttemptsService,
    private readonly limits: Pick<RateLimits, 'clientSecret'>,
    private readonly secrets: Pick<ClientSecretsService, 'renewHash'>,
  ) {}

  /**
   * Authenticates a client by its secret (RFC 6749 section 2.3.1). A right secret by another method than the one that
   * the client is registered for is told so; without a registered method either is good. Throws as `verify` does.
   */
  async authenticate(
    { record, secrets }: Pick<LiveClient, 'record' | 'secrets'>,
    presented: string,
    used: SecretMethod,
    address: string,
  ): Promise<SecretOutcome> {
    const secretId = await this.verify(record.clientId, secrets, presented, address);
    if (secretId === undefined) return { refusal: 'wrong_secret' };
    const method = record.tokenEndpointAuthMethod ?? used;
    if (method === used) return { secretId };
    return {
      refusal: 'wrong_method',
      message: `this client is registered for ${method}; it used ${used}`,
    };
  }

  /**
   * The id of the secret, if it was verified before in this process and comes by a method that the client may use;
   * undefined when `authenticate` has to tell.
   */
  recall(
    { record, secrets }: Pick<LiveClient, 'record' | 'secrets'>,
    presented: string,
    used: SecretMethod,
  ): string | undefined {
    if ((record.tokenEndpointAuthMethod ?? used) !== used) return undefined;
    return this.verified.recall(secrets, presented);
  }

  /**
   * The id of the client's secret that `presented` is. A secret that was verified before costs a SHA-256 or two; bcrypt comes
   * after a limit on wrong secrets, which right ones do not use up: equal checks under way at the same time count once,
   * so that a client that is busy when a node starts is not slowed down. Those of one client wait behind one another, and
   * take turns with other clients. Throws AppError `slow_down` beyond the limit, and `unavailable`, which does not count,
   * when too many wait.
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
    const release = () => this.attempts.release([limit.key]);
    return this.verified.verify(stored, presented, {
      group: clientId,
      count: () => this.attempts.reserve([limit]),
      release,
      onMatch: async (matched) => {
        await release();
        return this.secrets.renewHash(matched, presented);
      },
    });
  }
}
