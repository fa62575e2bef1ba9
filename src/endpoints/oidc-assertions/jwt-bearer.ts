import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider';
import { resolveRequestedResources } from 'oidc-provider/lib/helpers/grants.js';
import { clientOfRequest } from '../../../adapters/client.adapter.js';
import { forEngine } from '../../../adapters/engine-errors.js';
import { stateOf } from '../../../adapters/request-state.js';
import type { OutsideToken, TrustedKeys } from '../../registry/client-exchange/outside-tokens.service.js';
import { jwtType } from '../../platform/crypto/jwt-type.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import { JWT_BEARER } from '../../settings/protocol/grant-types.js';
import { refuseDetails } from '../oidc-authorization-details/exchanged-details.js';
import { completeScope } from '../oidc-requests/requested-scopes.js';
import { ID_JAG_TYP } from '../oidc-protocol/assertion-types.js';
import { acceptIdentity } from './accept-identity.js';
import { assertionRefused, refusingUntrusted, sentAssertion, typOf, useOnce } from './assertions.js';
import type { ExchangeParts } from '../oidc-exchange/exchange-parts.js';
import { respondWith } from '../oidc-exchange/token-response.js';
import { constrain, readConstraint } from '../oidc-exchange/sender-constraint.js';
import { wordsOf } from '../../platform/text/space-delimited.js';

const PARAMETERS = ['assertion', 'scope', 'resource', 'authorization_details'] as const;
/** What an assertion may say that it is; other JWTs are not for this grant. */
const TYPES: readonly (string | undefined)[] = [undefined, 'jwt', 'authorization-grant+jwt'];

type Parameters = { [Name in (typeof PARAMETERS)[number]]?: string | undefined };
type Context = TokenEndpointGrantContext<Parameters>;

/**
 * Registers the grant type for assertions (RFC 7523 section 2.1). The assertion is signed by the client itself, or by an
 * issuer that its record trusts, for a subject that stands for the client; the token is the client's own.
 */
export function registerJwtBearer(provider: Provider, parts: ExchangeParts): void {
  const handler = (ctx: Context) => forEngine(() => redeem(provider, parts, ctx));
  provider.registerGrantType<Parameters>(JWT_BEARER, handler, PARAMETERS);
}

async function redeem(provider: Provider, parts: ExchangeParts, ctx: Context): Promise<void> {
  const { client, params } = ctx.oidc;
  const live = await clientOfRequest(parts.clients, client.clientId);
  if (!live) throw new errors.InvalidClient('the client was deleted');
  refuseDetails(ctx, 'authorization_details cannot be had for an assertion: leave them out');
  const constraint = await readConstraint(provider, ctx);
  const sent = sentAssertion(params.assertion);
  if ((await typOf(sent)) === ID_JAG_TYP)
    return acceptIdentity(provider, parts, ctx, { assertion: sent, constraint });
  const assertion = await verified(parts, live, sent);
  const scopes = scopesOf(ctx, assertion);
  params.scope = scopes.join(' ') || undefined;
  const servers = await resolveRequestedResources(provider, ctx);
  if (servers.length > 1) throw new errors.InvalidTarget('send one resource at most');
  const [server] = servers;
  const left = Math.floor(assertion.claims.exp - Date.now() / 1000);
  const ttl = server?.accessTokenTTL ?? parts.ttl.clientCredentials;
  const token = new provider.ClientCredentials({
    client,
    scope: scopes.filter((name) => !server || server.scopes.has(name)).join(' ') || undefined,
    expiresIn: Math.max(1, Math.min(ttl, left)),
  });
  if (server) token.resourceServer = server;
  await constrain(provider, ctx, token, constraint);
  await useOnce(parts, assertion, sent);
  if (assertion.trusted.issuer !== client.clientId)
    stateOf(ctx).tokenClaims = { act: { iss: assertion.trusted.issuer, sub: assertion.subject } };
  await respondWith(provider, ctx, token);
}

async function verified(
  { outsideTokens }: ExchangeParts,
  { record }: LiveClient,
  assertion: string,
): Promise<OutsideToken> {
  const { clientId, jwks, jwksUri, trustedIssuers } = record;
  const hasKeys = jwks !== null || jwksUri !== null;
  const self: TrustedKeys = { issuer: clientId, subject: clientId, jwks, jwks_uri: jwksUri ?? undefined };
  const trusted = [...(hasKeys ? [self] : []), ...trustedIssuers];
  const token = await refusingUntrusted(() => outsideTokens.verify(assertion, trusted));
  if (!TYPES.includes(jwtType(token.typ))) throw assertionRefused('its typ is that of another kind of JWT');
  return token;
}

/**
 * The scopes of the request, or the default ones of the client, among those of the entry that the assertion is trusted
 * by.
 */
function scopesOf({ oidc: { client, params } }: Context, { trusted }: OutsideToken): string[] {
  const isRequested = params.scope !== undefined;
  completeScope(params, client);
  const names = wordsOf(params.scope);
  const refused = names.find((name) => trusted.scopes && !trusted.scopes.includes(name));
  if (isRequested && refused !== undefined)
    throw new errors.InvalidScope('it is not among the scopes of the trusted issuer', refused);
  return names.filter((name) => trusted.scopes?.includes(name) ?? true);
}
