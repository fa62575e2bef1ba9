import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider';
import { buildTokenResponse, findAccount } from 'oidc-provider/lib/helpers/grants.js';
import { clientOfRequest } from '../../../adapters/client.adapter.js';
import { forEngine } from '../../../adapters/engine-errors.js';
import { jwtType } from '../../platform/crypto/jwt-type.js';
import { UntrustedToken, unverified } from '../../registry/client-exchange/outside-tokens.service.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import { TOKEN_EXCHANGE } from '../../settings/protocol/grant-types.js';
import { exchangedDetails, refuseDetails } from '../oidc-authorization-details/exchanged-details.js';
import type { DetailsTypes } from '../oidc-authorization-details/details-types.js';
import { actorsOf, checkMayAct } from './delegation.js';
import { allowedScopes, chosenScopes, targetOf } from './exchange-policy.js';
import type { ExchangeParts } from './exchange-parts.js';
import { exchangedToken } from './exchanged-token.js';
import { ID_JAG } from '../oidc-protocol/assertion-types.js';
import { identityAssertion, ruleForServer } from './identity-assertion.js';
import { ownAccessToken, ownIdToken } from './own-tokens.js';
import { checkBinding, constrain, readConstraint } from './sender-constraint.js';
import { NOT_VALID, type PresentedToken, tokenRefused } from './presented-token.js';
import { respondWith } from './token-response.js';

const TYPE = 'urn:ietf:params:oauth:token-type:';
const ACCESS_TOKEN = `${TYPE}access_token`;
const ID_TOKEN = `${TYPE}id_token`;
const JWT = `${TYPE}jwt`;
const SUBJECT_TYPES = [ACCESS_TOKEN, ID_TOKEN, JWT];
/** What a JWT of another issuer may say that it is; other kinds are for other recipients or uses (RFC 8725 section 3.11). */
const OUTSIDE_KINDS: readonly (string | undefined)[] = [undefined, 'jwt', 'jose', 'at+jwt'];
const PARAMETERS = [
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'audience',
  'resource',
  'scope',
  'authorization_details',
  'requested_token_type',
] as const;
const MAX_TOKEN = 16_384;

type Parameters = { [Name in (typeof PARAMETERS)[number]]?: string | undefined };
type Context = TokenEndpointGrantContext<Parameters>;

/** Registers the grant type of token exchange (RFC 8693): what a client may have is a list of rules in its record. */
export function registerTokenExchange(provider: Provider, parts: ExchangeParts, types: DetailsTypes): void {
  const handler = (ctx: Context) => forEngine(() => exchange(provider, parts, types, ctx));
  provider.registerGrantType<Parameters>(TOKEN_EXCHANGE, handler, PARAMETERS);
}

async function exchange(
  provider: Provider,
  parts: ExchangeParts,
  types: DetailsTypes,
  ctx: Context,
): Promise<void> {
  const { client, params } = ctx.oidc;
  const live = await clientOfRequest(parts.clients, client.clientId);
  if (!live) throw new errors.InvalidClient('the client was deleted');
  const { requested_token_type: requestedType = ACCESS_TOKEN } = params;
  if (requestedType === ID_JAG) return assert(provider, parts, ctx, live);
  if (requestedType !== ACCESS_TOKEN && requestedType !== JWT)
    throw new errors.InvalidRequest(`requested_token_type must be ${ACCESS_TOKEN}, ${JWT} or ${ID_JAG}`);
  const constraint = await readConstraint(provider, ctx);
  const api = await targetOf(parts, live.record.tokenExchange, params);
  if (requestedType === JWT && api.accessTokenFormat !== 'jwt')
    throw new errors.InvalidRequest('tokens for this audience are opaque: leave requested_token_type out');

  const subject = await presented(provider, parts, live, params, 'subject_token');
  if (!subject) throw new errors.InvalidRequest('send subject_token and subject_token_type');
  const actor = await actorOf(provider, parts, live, params);
  const { grant } = subject;
  if (subject.client && !grant)
    throw tokenRefused('subject_token', "it is a client's own token, which stands for nobody else");
  const allowed = await allowedScopes(parts, live, api, subject);
  if (grant) await checkPerson(provider, ctx, subject);
  const rar = exchangedDetails(ctx, types, { ...subject, target: api.audience });
  const scopes = chosenScopes(params.scope, allowed, rar.length > 0);
  checkMayAct(subject, actor, { clientId: client.clientId, issuer: parts.issuer });
  const act = actorsOf(subject, actor, await actorName(parts, live, actor));
  const token = exchangedToken(provider, ctx, { parts, api, subject, act, scopes, rar });
  await constrain(provider, ctx, token, constraint);
  for (const presented of [subject, ...(actor ? [actor] : [])]) checkBinding(presented, token);
  await respondWith(provider, ctx, token, requestedType);
}

/** Issues an assertion about the person of an ID token of this client, for another authorization server. */
async function assert(
  provider: Provider,
  parts: ExchangeParts,
  ctx: Context,
  live: LiveClient,
): Promise<void> {
  const { params } = ctx.oidc;
  refuseDetails(ctx, `authorization_details are not in assertions: ask for ${ID_JAG} without them`);
  if (params.subject_token_type !== ID_TOKEN || params.actor_token !== undefined)
    throw new errors.InvalidRequest(
      `${ID_JAG} is for a subject_token of the type ${ID_TOKEN}, without an actor`,
    );
  const rule = ruleForServer(live, params.audience);
  const subject = await presented(provider, parts, live, params, 'subject_token');
  if (!subject || subject.client?.record.clientId !== live.record.clientId)
    throw tokenRefused('subject_token', 'it is not an ID token of this client');
  await checkPerson(provider, ctx, subject);
  const assertion = {
    rule,
    subject,
    resource: params.resource,
    scopes: chosenScopes(params.scope, rule.scopes),
  };
  const { expiresIn, jwt } = await identityAssertion(parts, live, assertion);
  ctx.body = buildTokenResponse(provider, {
    accessToken: jwt,
    issuedTokenType: ID_JAG,
    expiresIn,
    scope: assertion.scopes.join(' '),
    tokenType: 'N_A',
  });
}

/** The person must be one who may use the client of the token, and the client that exchanges it. */
async function checkPerson(provider: Provider, ctx: Context, subject: PresentedToken): Promise<void> {
  const ofToken = await findAccount(provider, ctx, subject.subject, {
    clientId: subject.client?.record.clientId,
  });
  const here = await findAccount(provider, ctx, subject.subject, { clientId: ctx.oidc.client.clientId });
  if (!ofToken || !here) throw tokenRefused('subject_token', 'its person may not use this client');
  ctx.oidc.entity('Account', here);
}

/** The actor is the client itself, or acts through it: its token was issued to it, or is of an issuer that it trusts. */
async function actorOf(
  provider: Provider,
  parts: ExchangeParts,
  live: LiveClient,
  params: Parameters,
): Promise<PresentedToken | undefined> {
  const actor = await presented(provider, parts, live, params, 'actor_token');
  if (!actor) return undefined;
  if (actor.client && actor.client.record.clientId !== live.record.clientId)
    throw tokenRefused('actor_token', 'it was not issued to this client');
  if (actor.claims['act'] !== undefined)
    throw tokenRefused('actor_token', 'it names an actor itself; send one that does not');
  return actor;
}

/** What the client knows the actor as. */
async function actorName(
  { subjects }: ExchangeParts,
  { record }: LiveClient,
  actor: PresentedToken | undefined,
): Promise<string | undefined> {
  return actor?.grant ? subjects.subjectOf(record, actor.subject) : actor?.subject;
}

/** The token of this parameter, verified; undefined when neither it nor its type was sent. Throws InvalidRequest. */
async function presented(
  provider: Provider,
  parts: ExchangeParts,
  { record }: LiveClient,
  params: Parameters,
  parameter: 'subject_token' | 'actor_token',
): Promise<PresentedToken | undefined> {
  const { [parameter]: token, [`${parameter}_type` as const]: type } = params;
  if (token === undefined && type === undefined) return undefined;
  if (token === undefined || type === undefined || !SUBJECT_TYPES.includes(type))
    throw new errors.InvalidRequest(
      `send ${parameter} with ${parameter}_type, which must be one of ${SUBJECT_TYPES.join(', ')}`,
    );
  if (token.length > MAX_TOKEN)
    throw tokenRefused(parameter, `it has more than ${String(MAX_TOKEN)} characters`);
  const sent = { provider, parameter, token };
  if (type === ACCESS_TOKEN) return ownAccessToken(parts, sent);
  try {
    const { iss } = unverified(token);
    if (type === ID_TOKEN && iss === parts.issuer) return await ownIdToken(parts, sent);
    const { claims, subject, trusted, typ } = await parts.outsideTokens.verify(token, record.trustedIssuers);
    if (!OUTSIDE_KINDS.includes(jwtType(typ)))
      throw tokenRefused(parameter, 'its typ is that of another kind of JWT');
    if (claims['cnf'] !== undefined)
      throw tokenRefused(parameter, 'it is bound in a way that cannot be checked here');
    return {
      issuer: trusted.issuer,
      subject,
      client: undefined,
      grant: undefined,
      audience: undefined,
      scopes: undefined,
      details: [],
      expiresAt: claims.exp,
      binding: {},
      session: {},
      claims,
    };
  } catch (error) {
    if (!(error instanceof UntrustedToken)) throw error;
    throw tokenRefused(parameter, error.message || NOT_VALID);
  }
}
