import type { ApiRecord } from '../../registry/apis/api-record.js';
import type { ApisService } from '../../registry/apis/apis.service.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import type { ScopesService } from '../../registry/scopes/scopes.service.js';
import { defaultScopes } from '../oidc-requests/requested-scopes.js';
import type { ClientTokenRequest } from './client-token-request.js';

/** What a token is for. */
export interface TokenTarget {
  /** Undefined for a token without scope. */
  scope: string | undefined;
  /** Undefined for a token that is for none. */
  api: ApiRecord | undefined;
}

/** What `TokenTargets` needs. */
export interface TokenTargetDependencies {
  apis: Pick<ApisService, 'findByAudience'>;
  scopes: Pick<ScopesService, 'describe'>;
  /** The scopes that belong to no API. */
  plainScopes: () => ReadonlySet<string>;
}

/** Tells what a client's own token is for: an API, by its resource indicator (RFC 8707) or the scopes, or none. */
export class TokenTargets {
  constructor(private readonly deps: TokenTargetDependencies) {}

  /** Undefined when something of the request is not of the client, or is left out of the token, as the engine tells. */
  async find(
    { record }: LiveClient,
    { scope, resource }: Pick<ClientTokenRequest, 'scope' | 'resource'>,
  ): Promise<TokenTarget | undefined> {
    const { scopes: allowed, optionalScopes } = record;
    const names =
      scope === undefined ? defaultScopes(allowed, optionalScopes) : [...new Set(scope.split(' '))];
    if (!names.every((name) => name !== 'offline_access' && allowed.includes(name))) return undefined;
    const plain = this.deps.plainScopes();
    const ofApis = names.filter((name) => !plain.has(name));
    if (resource === undefined && ofApis.length === 0)
      return { scope: names.join(' ') || undefined, api: undefined };
    const audience = resource ?? (await this.#audienceOf(ofApis));
    const api = audience === undefined ? undefined : await this.deps.apis.findByAudience(audience);
    const granted = names.filter((name) => api?.scopes.includes(name));
    return granted.length > 0 ? { scope: granted.join(' '), api } : undefined;
  }

  /** Undefined for several. */
  async #audienceOf(names: readonly string[]): Promise<string | undefined> {
    const described = await this.deps.scopes.describe(names);
    const [audience, ...others] = new Set(described.flatMap(({ api }) => api?.audience ?? []));
    return others.length === 0 ? audience : undefined;
  }
}
