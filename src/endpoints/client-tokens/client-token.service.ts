import type { ArtifactStore } from '../../../adapters/artifact.store.js';
import { issueClientToken } from '../../../adapters/tokens/client-token.js';
import type { ClientAuthenticationService } from '../../registry/client-secrets/client-authentication.service.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import type { LiveClientsService } from '../../registry/live-clients/live-clients.service.js';
import { defaultScopes } from '../oidc-requests/requested-scopes.js';
import type { ClientTokenRequest } from './client-token-request.js';

/** What `ClientTokenService` needs. */
export interface ClientTokenDependencies {
  artifacts: ArtifactStore;
  liveClients: Pick<LiveClientsService, 'find'>;
  clientAuthentication: Pick<ClientAuthenticationService, 'recall'>;
  usage: { secretUsed(clientId: string, secretId: string): void };
  /** The scopes that belong to no API. */
  plainScopes: () => ReadonlySet<string>;
  /** Seconds. */
  lifetime: number;
}

/** A successful response of the token endpoint (RFC 6749 section 5.1). */
export interface ClientTokenResponse {
  access_token: string;
  expires_in: number;
  scope?: string;
  token_type: 'Bearer';
}

/** Issues opaque tokens to clients for themselves (RFC 6749 section 4.4). */
export class ClientTokenService {
  constructor(private readonly deps: ClientTokenDependencies) {}

  /**
   * The response; undefined when the engine has to answer, because there is an error or more to the answer: a secret that
   * was not verified before, or a token that is bound, signed or for an API. Throws what the database throws.
   */
  async issue({
    clientId,
    secret,
    scope: requested,
  }: ClientTokenRequest): Promise<ClientTokenResponse | undefined> {
    const { artifacts, clientAuthentication, lifetime, liveClients, usage } = this.deps;
    const client = await liveClients.find(clientId);
    if (!client || !hasPlainTokens(client)) return undefined;
    const scopes = this.#scopes(client, requested);
    const secretId = scopes && clientAuthentication.recall(client, secret.value, secret.method);
    if (secretId === undefined) return undefined;
    const { tokensValidAfter } = client;
    const scope = scopes?.join(' ') || undefined;
    const value = await issueClientToken(artifacts, { clientId, tokensValidAfter, scope, lifetime });
    usage.secretUsed(clientId, secretId);
    return {
      access_token: value,
      expires_in: lifetime,
      ...(scope === undefined ? {} : { scope }),
      token_type: 'Bearer',
    };
  }

  /** Undefined when one is not of the client, belongs to an API, or is ignored here (`offline_access`). */
  #scopes({ record }: LiveClient, requested: string | undefined): string[] | undefined {
    const { scopes: allowed, optionalScopes } = record;
    const scopes =
      requested === undefined ? defaultScopes(allowed, optionalScopes) : [...new Set(requested.split(' '))];
    const plain = this.deps.plainScopes();
    const isPlain = (name: string) => name !== 'offline_access' && allowed.includes(name) && plain.has(name);
    return scopes.every(isPlain) ? scopes : undefined;
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
