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
/** The audiences of the APIs that these scopes belong to; scopes of no API are ignored. */
export type AudiencesOf = (scopes: readonly string[]) => Promise<string[]>;
type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

/** Resource indicators (RFC 8707), answered from the catalogue; each audience of a request is read once. */
export function resourceIndicators(findApi: FindApi, audiencesOf: AudiencesOf): ResourceIndicators {
  const find = (ctx: KoaContextWithOIDC, audience: string): Promise<ApiRecord | undefined> => {
    const { apis } = stateOf(ctx);
    const found = apis.get(audience) ?? findApi(audience);
    apis.set(audience, found);
    return found;
  };
  return {
    enabled: true,
    defaultResource: async (ctx, _client, oneOf) =>
      oneOf ? [...oneOf] : onlyResource(ctx.oidc, audiencesOf),
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

/**
 * The resource of a client's own token whose request names none: the one API that its scopes belong to; undefined when
 * they belong to none. Throws InvalidTarget with the list when they belong to several. Requests of people name theirs.
 */
async function onlyResource(
  { params, requestParamScopes }: KoaContextWithOIDC['oidc'],
  audiencesOf: AudiencesOf,
): Promise<string | undefined> {
  if (params?.['grant_type'] !== 'client_credentials') return undefined;
  const audiences = await audiencesOf([...requestParamScopes]);
  if (audiences.length < 2) return audiences[0];
  throw new errors.InvalidTarget(
    `these scopes belong to several resources: send resource with one of ${audiences.join(', ')}`,
  );
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
