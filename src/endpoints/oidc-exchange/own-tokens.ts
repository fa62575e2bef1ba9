import { errors as jose, type JWTPayload, jwtVerify } from 'jose';
import type { Provider } from 'oidc-provider';
import { SIGNING_ALGORITHMS } from '../../settings/protocol/signing-algorithms.js';
import { isJwt, verifyAccessToken } from '../introspection/access-token-jwt.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import type { AuthorizationDetail } from '../../registry/authorization-details/detail-check.js';
import type { ExchangeParts } from './exchange-parts.js';
import { bindingOf, NOT_VALID, type PresentedToken, tokenRefused } from './presented-token.js';
import { wordsOf } from '../../platform/text/space-delimited.js';

/** Where a token was sent. */
interface Sent {
  provider: Provider;
  parameter: string;
  token: string;
}

/** An access token of this server, opaque or a JWT, that introspection would call active. Throws InvalidRequest. */
export async function ownAccessToken(parts: ExchangeParts, sent: Sent): Promise<PresentedToken> {
  return isJwt(sent.token) ? accessTokenJwt(parts, sent) : opaqueToken(parts, sent);
}

async function accessTokenJwt(parts: ExchangeParts, sent: Sent): Promise<PresentedToken> {
  const { issuer, ownKeys, tokens, clients, subjects } = parts;
  const { parameter, token } = sent;
  const claims = await verifyAccessToken(token, issuer, ownKeys);
  const client = claims && (await clients.find(claims.client_id));
  if (!claims || !client || !isSince(client, claims)) throw tokenRefused(parameter, NOT_VALID);
  const ofPerson = claims['sub_type'] === undefined;
  const { sub = '' } = claims;
  const subject = ofPerson ? await subjects.accountOf(client.record, sub) : sub;
  const isGranted = await tokens.isGranted({ ...claims, sub: subject }, client.tokensValidAfter);
  if (subject === undefined || !isGranted) throw tokenRefused(parameter, NOT_VALID);
  const grantId = ofPerson ? await tokens.grantIdOf(claims) : undefined;
  const { scope } = claims;
  return complete(parts, sent, {
    client,
    grantId,
    subject,
    claims,
    audience: claims.aud,
    scopes: wordsOf(scope),
    details: detailsOf(claims['authorization_details']),
    binding: bindingOf(parameter, claims['cnf']),
    session: {},
    ofPerson,
  });
}

async function opaqueToken(parts: ExchangeParts, sent: Sent): Promise<PresentedToken> {
  const { tokens, clients } = parts;
  const { parameter, token } = sent;
  const found = await tokens.find(token);
  const client = found && (await clients.find(found.payload.clientId));
  if (!found || !client || found.kind === 'RefreshToken') throw tokenRefused(parameter, NOT_VALID);
  if (!(await tokens.isBacked(found, client.tokensValidAfter))) throw tokenRefused(parameter, NOT_VALID);
  const { payload } = found;
  const { accountId, clientId, exp, extra, grantId, iat, jkt, scope, sessionUid, expiresWithSession } =
    payload;
  return complete(parts, sent, {
    client,
    grantId,
    subject: accountId ?? clientId,
    claims: { ...extra, exp, iat },
    audience: payload['aud'],
    scopes: wordsOf(scope),
    details: detailsOf(payload['rar']),
    binding: bindingOf(parameter, { jkt, 'x5t#S256': payload['x5t#S256'] }),
    session: expiresWithSession && sessionUid !== undefined ? { sessionUid, expiresWithSession } : {},
    ofPerson: accountId !== undefined,
  });
}

/** An ID token of this server whose person still allows its client something. Throws InvalidRequest. */
export async function ownIdToken(parts: ExchangeParts, sent: Sent): Promise<PresentedToken> {
  const { parameter, token } = sent;
  const claims = await verifyIdToken(parts, token);
  const { aud, sub = '' } = claims ?? {};
  const client = typeof aud === 'string' ? await parts.clients.find(aud) : undefined;
  if (!claims || !client || !isSince(client, claims)) throw tokenRefused(parameter, NOT_VALID);
  const subject = await parts.subjects.accountOf(client.record, sub);
  if (subject === undefined) throw tokenRefused(parameter, NOT_VALID);
  const grantId = await parts.tokens.newestGrantId(subject, client.record.clientId);
  return complete(parts, sent, {
    client,
    grantId,
    subject,
    claims,
    audience: aud,
    scopes: undefined,
    details: [],
    binding: {},
    session: {},
    ofPerson: true,
  });
}

/** Access tokens have a client_id, and others that this server signs have a typ or no iat. */
async function verifyIdToken(
  { issuer, ownKeys }: ExchangeParts,
  token: string,
): Promise<JWTPayload | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, ownKeys, {
      algorithms: [...SIGNING_ALGORITHMS],
      issuer,
      requiredClaims: ['sub', 'aud', 'exp', 'iat'],
    });
    const { typ } = protectedHeader;
    return (typ === undefined || typ === 'JWT') && payload['client_id'] === undefined ? payload : undefined;
  } catch (error) {
    if (error instanceof jose.JOSEError) return undefined;
    throw error;
  }
}

interface Found extends Omit<PresentedToken, 'issuer' | 'grant' | 'expiresAt'> {
  client: LiveClient;
  grantId: string | undefined;
  ofPerson: boolean;
}

/** A person's token needs the grant and an account that accepts it. */
async function complete(
  { accounts }: ExchangeParts,
  { provider, parameter }: Sent,
  { grantId, ofPerson, ...token }: Found,
): Promise<PresentedToken> {
  const { exp, iat } = token.claims;
  const grant = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  if (ofPerson) {
    const isAccepted =
      grant?.accountId === token.subject && (await accounts.acceptsTokens(token.subject, Number(iat)));
    if (!isAccepted) throw tokenRefused(parameter, NOT_VALID);
  }
  return { ...token, grant: ofPerson ? grant : undefined, issuer: undefined, expiresAt: Number(exp) };
}

/** A second is what `iat` has; a token of the same second is refused, as by introspection. */
function isSince({ tokensValidAfter }: LiveClient, { iat = 0 }: JWTPayload): boolean {
  return Math.floor(tokensValidAfter / 1000) < iat;
}

/** What this server wrote into its own token. */
function detailsOf(details: unknown): AuthorizationDetail[] {
  return Array.isArray(details) ? (details as AuthorizationDetail[]) : [];
}
