import type { ArtifactStore } from '../../../adapters/artifact.store.js';
import { issueClientToken } from '../../../adapters/tokens/client-token.js';
import type { ClientAuthenticationService } from '../../registry/client-secrets/client-authentication.service.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import type { LiveClientsService } from '../../registry/live-clients/live-clients.service.js';
import type { ClientTokenRequest } from './client-token-request.js';
import type { TokenSigner } from './token-signer.js';
import type { TokenTarget, TokenTargets } from './token-target.js';

/** What `ClientTokenService` needs. */
export interface ClientTokenDependencies {
  artifacts: ArtifactStore;
  liveClients: Pick<LiveClientsService, 'find'>;
  clientAuthentication: Pick<ClientAuthenticationService, 'recall'>;
  usage: { secretUsed(clientId: string, secretId: string): void };
  targets: Pick<TokenTargets, 'find'>;
  signer: Pick<TokenSigner, 'sign'>;
  /** Seconds that a token lives unless its API says otherwise. */
  lifetime: number;
}

/** A successful response of the token endpoint (RFC 6749 section 5.1). */
export interface ClientTokenResponse {
  access_token: string;
  expires_in: number;
  scope?: string;
  token_type: 'Bearer';
}

/** Issues tokens to clients for themselves (RFC 6749 section 4.4). */
export class ClientTokenService {
  constructor(private readonly deps: ClientTokenDependencies) {}

  /** Throws what the database throws. */
  find(clientId: string): Promise<LiveClient | undefined> {
    return this.deps.liveClients.find(clientId);
  }

  /**
   * The response to a request of this client; undefined when the engine has to answer, because there is an error or more to
   * the answer: a secret that was not verified before, or a token that is bound to a key. Throws what the database throws.
   */
  async issue(client: LiveClient, request: ClientTokenRequest): Promise<ClientTokenResponse | undefined> {
    const { clientId, secret } = request;
    const { clientAuthentication, targets, usage } = this.deps;
    if (!hasPlainTokens(client)) return undefined;
    const secretId = clientAuthentication.recall(client, secret.value, secret.method);
    const target = secretId && (await targets.find(client, request));
    if (!target) return undefined;
    const lifetime = target.api?.accessTokenTtl ?? this.deps.lifetime;
    const value = await this.#valueOf(client, target, lifetime);
    usage.secretUsed(clientId, secretId);
    return {
      access_token: value,
      expires_in: lifetime,
      ...(target.scope === undefined ? {} : { scope: target.scope }),
      token_type: 'Bearer',
    };
  }

  #valueOf(client: LiveClient, { api, scope }: TokenTarget, lifetime: number): Promise<string> {
    const { artifacts, signer } = this.deps;
    const { clientId } = client.record;
    if (api?.accessTokenFormat === 'jwt') return signer.sign({ api, clientId, scope, lifetime });
    const { tokensValidAfter } = client;
    return issueClientToken(artifacts, {
      clientId,
      tokensValidAfter,
      scope,
      audience: api?.audience,
      lifetime,
    });
  }
}

function hasPlainTokens({ record }: LiveClient): boolean {
  return (
    record.grantTypes.includes('client_credentials') &&
    !record.dpopBoundAccessTokens &&
    !record.tlsClientCertificateBoundAccessTokens &&
    record.securityProfile === null
  );
}
