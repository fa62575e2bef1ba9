import {
  type AccessToken,
  type Client,
  type ClientCredentials,
  type Configuration,
  errors,
  type KoaContextWithOIDC,
  type ResourceServer,
} from 'oidc-provider';
import { stateOf } from '../../../adapters/request-state.js';
import type { ApiRecord } from '../../registry/apis/api-record.js';

/** The API of an audience, or undefined. */
export type FindApi = (audience: string) => Promise<ApiRecord | undefined>;
type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

/** Resource indicators (RFC 8707), answered from the catalogue; each audience of a request is read once. */
export function resourceIndicators(findApi: FindApi): ResourceIndicators {
  const find = (ctx: KoaContextWithOIDC, audience: string): Promise<ApiRecord | undefined> => {
    const { apis } = stateOf(ctx);
    const found = apis.get(audience) ?? findApi(audience);
    apis.set(audience, found);
    return found;
  };
  return {
    enabled: true,
    getResourceServerInfo: async (ctx, resource, client) => resourceServer(await find(ctx, resource), client),
  };
}

/**
 * Rejects a token that has an audience but no scope there. So `aud` always stands for an access that the person consented
 * to, or, in a client's own token, that the client was registered with.
 */
export function rejectAudienceWithoutScope(
  _ctx: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
): undefined {
  if (token.aud === undefined || token.scope) return undefined;
  if (token.kind === 'AccessToken')
    throw new errors.InvalidTarget('nothing was consented to at this resource');
  const description = 'ask for a scope that the client has at this resource';
  throw new errors.CustomOIDCProviderError('invalid_scope', description);
}

/** The API with the scopes that the client may ask for. Throws InvalidTarget if there are none, as for an unknown API. */
function resourceServer(api: ApiRecord | undefined, client: Client): ResourceServer {
  const allowed: unknown = client['allowed_scopes'];
  const scopes = api?.scopes.filter((scope) => Array.isArray(allowed) && allowed.includes(scope)) ?? [];
  if (!api || scopes.length === 0) {
    throw new errors.InvalidTarget('there is no such resource here, or it is not for this client');
  }
  return {
    audience: api.audience,
    scope: scopes.join(' '),
    accessTokenFormat: api.accessTokenFormat,
    jwt: { sign: { alg: api.signingAlg } },
    ...(api.accessTokenTtl === null ? {} : { accessTokenTTL: api.accessTokenTtl }),
  };
}
