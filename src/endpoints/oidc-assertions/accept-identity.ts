import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider';
import { findAccount } from 'oidc-provider/lib/helpers/grants.js';
import { stateOf } from '../../../adapters/request-state.js';
import { ADMIN_API_ID, type ApiRecord } from '../../registry/apis/api-record.js';
import type { OutsideToken, TrustedKeys } from '../../registry/client-exchange/outside-tokens.service.js';
import { JWT_BEARER } from '../../settings/protocol/grant-types.js';
import { resourceServer } from '../oidc-resources/resource-servers.js';
import { assertionRefused, refusingUntrusted, useOnce } from './assertions.js';
import type { ExchangeParts } from '../oidc-exchange/exchange-parts.js';
import { respondWith } from '../oidc-exchange/token-response.js';
import { constrain, type Constraint } from '../oidc-exchange/sender-constraint.js';
import { wordsOf } from '../../platform/text/space-delimited.js';

type Parameters = { resource?: string | undefined; scope?: string | undefined };
type Context = TokenEndpointGrantContext<Parameters>;
type Grant = InstanceType<Provider['Grant']>;

/**
 * Accepts an assertion about a person of this server, of an identity provider that the installation trusts, made for this
 * client (draft-ietf-oauth-identity-assertion-authz-grant-03 section 4.4). The token is for one API, has no refresh
 * token, and belongs to a grant of the person: what they allowed the client, or, for a first-party client, what the
 * assertion says.
 */
export async function acceptIdentity(
  provider: Provider,
  parts: ExchangeParts,
  ctx: Context,
  { assertion, constraint }: { assertion: string; constraint: Constraint },
): Promise<void> {
  const { client, params } = ctx.oidc;
  if (client.clientAuthMethod === 'none')
    throw assertionRefused('assertions about people are for clients that authenticate');
  const { claims, token } = await verified(parts, assertion);
  if (claims['client_id'] !== client.clientId) throw assertionRefused('its client_id is not this client');
  const accountId = claims[accountClaim(parts, token)];
  const account =
    typeof accountId === 'string'
      ? await findAccount(provider, ctx, accountId, { clientId: client.clientId })
      : undefined;
  if (!account) throw assertionRefused('there is no account of this person that may use this client');
  const api = await apiOf(parts, claims['resource'], params.resource);
  const scopes = scopesOf(ctx, api, claims['scope']);
  const { grant, isChanged } = await grantOf(provider, parts, ctx, {
    accountId: account.accountId,
    api,
    scopes,
  });
  // Before the grant is saved: an assertion that comes again must not bring back what the person has revoked.
  await useOnce(parts, token, assertion);
  if (isChanged) await grant.save();
  const now = Math.floor(Date.now() / 1000);
  const expiresIn = Math.min(api.accessTokenTtl ?? parts.ttl.accessToken, (grant.exp ?? Infinity) - now);
  const issued = new provider.AccessToken({
    accountId: account.accountId,
    client,
    grantId: grant.jti,
    gty: JWT_BEARER,
    scope: scopes.join(' '),
    expiresIn,
  });
  issued.resourceServer = new provider.ResourceServer(api.audience, resourceServer(api, scopes));
  await constrain(provider, ctx, issued, constraint);
  const { auth_time: authTime } = claims;
  stateOf(ctx).tokenClaims = typeof authTime === 'number' ? { auth_time: authTime } : undefined;
  ctx.oidc.entity('Account', account);
  await respondWith(provider, ctx, issued);
}

/** Of whatever subject: the issuer is trusted by the installation. */
async function verified(
  { identityIssuers, issuer, outsideTokens }: ExchangeParts,
  assertion: string,
): Promise<{ token: OutsideToken; claims: OutsideToken['claims'] }> {
  const trusted = identityIssuers.map((one): TrustedKeys => ({
    issuer: one.issuer,
    jwks_uri: one.jwksUri,
    subject: '*',
    isOfInstallation: true,
  }));
  const token = await refusingUntrusted(() => outsideTokens.verify(assertion, trusted));
  const { claims } = token;
  if ([claims.aud].flat().length !== 1) throw assertionRefused(`its aud must be ${issuer} alone`);
  if (typeof claims.jti !== 'string' || claims.jti === '') throw assertionRefused('it has no jti');
  return { token, claims };
}

function accountClaim({ identityIssuers }: ExchangeParts, { trusted }: OutsideToken): string {
  return identityIssuers.find(({ issuer }) => issuer === trusted.issuer)?.accountClaim ?? 'sub';
}

/** The API that the assertion or the request names. Throws InvalidTarget without one, for two, and for the admin API. */
async function apiOf(
  { findApi }: ExchangeParts,
  named: unknown,
  requested: string | undefined,
): Promise<ApiRecord> {
  const resources = [...new Set([named, requested].flat().filter((value) => typeof value === 'string'))];
  const apis = await Promise.all(resources.map((resource) => findApi(resource)));
  const [api] = apis;
  if (!api || api.id === ADMIN_API_ID || apis.some((other) => other?.id !== api.id))
    throw new errors.InvalidTarget(
      'resource must be the audience of one API, as in the assertion if that names one',
    );
  return api;
}

/** Scopes of the API that the client may have and the assertion has: those of the request, or all. Throws InvalidScope. */
function scopesOf({ oidc: { client, params } }: Context, api: ApiRecord, asserted: unknown): string[] {
  const ofClient: unknown = client['allowed_scopes'];
  const allowed = wordsOf(asserted).filter(
    (name) => api.scopes.includes(name) && Array.isArray(ofClient) && ofClient.includes(name),
  );
  const names = params.scope === undefined ? allowed : wordsOf(params.scope);
  const refused = names.find((name) => !allowed.includes(name));
  if (refused !== undefined || names.length === 0)
    throw new errors.InvalidScope(
      'it is not in the assertion, or not among the scopes of this client',
      refused ?? '',
    );
  return names;
}

/**
 * The grant with these scopes, which has to be saved when it is changed. Throws InvalidGrant when the person has not
 * allowed them to a client that has to ask.
 */
async function grantOf(
  provider: Provider,
  { tokens }: ExchangeParts,
  { oidc: { client } }: Context,
  { accountId, api, scopes }: { accountId: string; api: ApiRecord; scopes: readonly string[] },
): Promise<{ grant: Grant; isChanged: boolean }> {
  const { clientId } = client;
  const grantId = await tokens.newestGrantId(accountId, clientId);
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const has = (grant: Grant) =>
    wordsOf(grant.getResourceScopeFiltered(api.audience, [...scopes])).length === scopes.length;
  if (found && has(found)) return { grant: found, isChanged: false };
  if (client['first_party'] !== true)
    throw assertionRefused('the person has not allowed this client the scopes: send them to sign in');
  const grant = found ?? new provider.Grant({ accountId, clientId });
  grant.addResourceScope(api.audience, scopes.join(' '));
  if (!has(grant)) throw assertionRefused('the person has refused this client the scopes');
  return { grant, isChanged: true };
}
