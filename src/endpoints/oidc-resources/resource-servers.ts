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
import {
  audiencesOfDetails,
  hasTypeFor,
  isForGrantedResource,
} from '../oidc-authorization-details/details-resources.js';
import type { DetailsTypes } from '../oidc-authorization-details/details-types.js';
import { SEND_AUDIENCE } from '../oidc-exchange/exchange-policy.js';
import { audiencesOfRules } from '../../registry/client-exchange/exchange-rule.js';
import { JWT_BEARER, TOKEN_EXCHANGE } from '../../settings/protocol/grant-types.js';
import { refusedResource } from './refused-resource.js';
import type { ApiRecord } from '../../registry/apis/api-record.js';

/** The API of an audience, or undefined. */
export type FindApi = (audience: string) => Promise<ApiRecord | undefined>;
/** The audiences of the APIs that these scopes belong to; scopes of no API are ignored. */
export type AudiencesOf = (scopes: readonly string[]) => Promise<string[]>;
type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

/** Resource indicators (RFC 8707), answered from the catalogue; each audience of a request is read once. */
export function resourceIndicators(
  findApi: FindApi,
  audiencesOf: AudiencesOf,
  detailsTypes: DetailsTypes,
): ResourceIndicators {
  return {
    enabled: true,
    defaultResource: async (ctx, _client, oneOf) =>
      oneOf ? [...oneOf] : defaultResource(ctx, audiencesOf, detailsTypes),
    useGrantedResource: async (ctx, model) => isForGrantedResource(ctx, model),
    getResourceServerInfo: async (ctx, resource, client) => {
      const api = await apiOfRequest(findApi, ctx, resource);
      if (api && api.audience !== resource) useRegisteredAudience(ctx, resource, api.audience);
      const scopes = api?.scopes.filter((scope) => isAllowed(client, scope)) ?? [];
      if (!api || (scopes.length === 0 && !hasTypeFor(client, api, detailsTypes)))
        throw refusedResource(resource, api, stateOf(ctx).clients.get(client.clientId));
      return resourceServer(api, scopes);
    },
  };
}

/**
 * Replaces the resources of a token request by the audiences of their APIs, which may be spelled with or without the slash
 * of an empty path (RFC 3986 section 6.2.3). Codes, refresh tokens and grants have the audiences as they are registered.
 */
export async function useRegisteredAudiences(findApi: FindApi, ctx: KoaContextWithOIDC): Promise<void> {
  const { params } = ctx.oidc;
  const given = params?.['resource'];
  if (!params || (typeof given !== 'string' && !Array.isArray(given))) return;
  const audiences = await Promise.all(
    (Array.isArray(given) ? given : [given]).map(
      async (resource: string) => (await apiOfRequest(findApi, ctx, resource))?.audience ?? resource,
    ),
  );
  params['resource'] = Array.isArray(given) ? [...new Set(audiences)] : audiences[0];
}

/** The `typ` of JWT access tokens for the audience, which the request has read. */
export async function accessTokenTyp(
  ctx: KoaContextWithOIDC,
  audience: string | string[] | undefined,
): Promise<ApiRecord['accessTokenTyp']> {
  const api = typeof audience === 'string' ? await stateOf(ctx).apis.get(audience) : undefined;
  return api?.accessTokenTyp ?? 'at+jwt';
}

function apiOfRequest(
  findApi: FindApi,
  ctx: KoaContextWithOIDC,
  resource: string,
): Promise<ApiRecord | undefined> {
  const { apis } = stateOf(ctx);
  const found =
    apis.get(resource) ??
    findApi(resource).then((api) => {
      if (api) apis.set(api.audience, Promise.resolve(api));
      return api;
    });
  apis.set(resource, found);
  return found;
}

/**
 * Has the engine keep a resource of an authorization request under the audience of its API. The engine
 * (lib/shared/check_resource.js:77) asks for the API and then stores it under the name that was sent.
 */
function useRegisteredAudience(ctx: KoaContextWithOIDC, resource: string, audience: string): void {
  const { params, provider, resourceServers = {} } = ctx.oidc;
  Object.defineProperty(resourceServers, resource, {
    configurable: true,
    set: (server: ResourceServer) => {
      resourceServers[audience] = new provider.ResourceServer(audience, server);
    },
  });
  const given = params?.['resource'];
  if (!params || given === undefined) return;
  const named = (value: unknown): unknown => (value === resource ? audience : value);
  params['resource'] = Array.isArray(given) ? [...new Set(given.map(named))] : named(given);
}

/**
 * Rejects a token that has an audience but no scope and no authorization details there. So `aud` always stands for an
 * access that the person consented to, or, in a client's own token, that the client was registered with.
 */
export function rejectAudienceWithoutScope(token: AccessToken | ClientCredentials): void {
  if (token.aud === undefined || token.scope || token.rar?.length) return;
  if (token.kind === 'AccessToken')
    throw new errors.InvalidTarget('nothing was consented to at this resource');
  const description = 'ask for a scope that the client has at this resource';
  throw new errors.CustomOIDCProviderError('invalid_scope', description);
}

/**
 * The resources of a request that names none: what an exchange is for, the APIs of its authorization details, and the
 * one API that its scopes belong to, for a client's own token or when a person is asked for nothing else; undefined for
 * none. Throws InvalidTarget with the list when the scopes belong to several.
 */
async function defaultResource(
  ctx: KoaContextWithOIDC,
  audiencesOf: AudiencesOf,
  detailsTypes: DetailsTypes,
): Promise<string | string[] | undefined> {
  const { params, requestParamScopes } = ctx.oidc;
  const ofDetails = audiencesOfDetails(ctx, detailsTypes);
  const grantType = params?.['grant_type'];
  if (grantType === TOKEN_EXCHANGE) return exchangeTarget(ctx, ofDetails);
  const isOfClient = grantType === 'client_credentials' || grantType === JWT_BEARER;
  const isOnlyForApi =
    grantType === undefined &&
    params?.['authorization_details'] === undefined &&
    (await hasOnlyApiScopes(ctx, audiencesOf));
  if (!isOfClient && !isOnlyForApi) return ofDetails.length > 1 ? ofDetails : ofDetails[0];
  const audiences = [...new Set([...ofDetails, ...(await audiencesOf([...requestParamScopes]))])];
  if (audiences.length < 2) return audiences[0];
  throw new errors.InvalidTarget(
    `what is asked for belongs to several resources: send resource with one of ${audiences.join(', ')}`,
  );
}

/**
 * What an exchange with authorization details is for: its audience, else the API of the details, else the one that the
 * rules of the client name. The engine asks before the exchange is looked at. Throws InvalidTarget when there are several.
 */
function exchangeTarget(ctx: KoaContextWithOIDC, ofDetails: readonly string[]): string {
  const { client, params } = ctx.oidc;
  if (typeof params?.['audience'] === 'string') return params['audience'];
  const rules = stateOf(ctx).clients.get(client?.clientId ?? '')?.record.tokenExchange ?? [];
  const known = ofDetails.length > 0 ? ofDetails : audiencesOfRules(rules);
  const [target, ...more] = known;
  if (target === undefined || more.length > 0) throw new errors.InvalidTarget(SEND_AUDIENCE);
  return target;
}

/** Whether a request asks for scopes of APIs and nothing else, as OAuth clients do that know no OpenID Connect. */
async function hasOnlyApiScopes(
  { oidc: { requestParamScopes } }: KoaContextWithOIDC,
  audiencesOf: AudiencesOf,
): Promise<boolean> {
  const names = [...requestParamScopes].filter((name) => name !== 'offline_access');
  if (names.length === 0 || names.includes('openid')) return false;
  return (await Promise.all(names.map((name) => audiencesOf([name])))).every((found) => found.length > 0);
}

function isAllowed(client: Client, scope: string): boolean {
  const allowed: unknown = client['allowed_scopes'];
  return Array.isArray(allowed) && allowed.includes(scope);
}

/** The API as the engine knows it, with these of its scopes. */
export function resourceServer(api: ApiRecord, scopes: readonly string[]): ResourceServer {
  return {
    audience: api.audience,
    scope: scopes.join(' '),
    accessTokenFormat: api.accessTokenFormat,
    jwt: { sign: { alg: api.signingAlg } },
    ...(api.accessTokenTtl === null ? {} : { accessTokenTTL: api.accessTokenTtl }),
  };
}
