import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { jwtType } from '../../platform/crypto/jwt-type.js';
import { isProfileAlgorithm, profileOf } from './security-profile.js';

const MAX_LIFETIME = 3_600;
const MAX_SECONDS_AHEAD = 60;
/** What signed backchannel authentication requests have besides `exp`, `iss` and `aud` (CIBA section 7.1.1). */
const BACKCHANNEL_CLAIMS = ['iat', 'nbf', 'jti'] as const;
const TYPES: readonly (string | undefined)[] = [undefined, 'jwt', 'oauth-authz-req+jwt'];

/**
 * What a signed request object must be beyond what the engine checks, which is that `iss` is the client and `aud` this
 * issuer: it has not expired, expires at most an hour after it became valid, was not made in the future, and is of no other
 * type of JWT (RFC 9101 section 10.8). Throws InvalidRequestObject. A pushed request was checked when it came.
 */
export function checkRequestObject(
  { oidc }: KoaContextWithOIDC,
  { exp, iat, nbf, jti }: Record<string, unknown>,
  { alg, typ }: Record<string, unknown>,
  client: Client,
): void {
  if (oidc.entities.PushedAuthorizationRequest) return;
  if (!TYPES.includes(jwtType(typ))) throw refusal('its typ must be oauth-authz-req+jwt');
  if (oidc.route === 'backchannel_authentication') requireClaims({ iat, nbf, jti });
  const now = Date.now() / 1000;
  if (typeof exp !== 'number') throw refusal('it needs exp');
  if (exp <= now) throw refusal('exp has passed');
  if (typeof iat === 'number' && iat > now + MAX_SECONDS_AHEAD) throw refusal('iat is in the future');
  if (profileOf(client)) {
    // FAPI 2.0 Message Signing section 5.3.1.
    if (typeof nbf !== 'number') throw refusal('it needs nbf');
    if (nbf < now - MAX_LIFETIME) throw refusal('nbf must be at most an hour ago');
    if (!isProfileAlgorithm(alg)) throw refusal('it must be signed with PS256, ES256 or EdDSA');
  }
  const [from = now] = [nbf, iat].filter((time) => typeof time === 'number');
  if (exp - Math.min(from, now) > MAX_LIFETIME) throw refusal('exp must be at most an hour after nbf');
}

function requireClaims(claims: Record<(typeof BACKCHANNEL_CLAIMS)[number], unknown>): void {
  const missing = BACKCHANNEL_CLAIMS.find((name) => claims[name] === undefined);
  if (missing !== undefined) throw refusal(`it needs ${missing}`);
}

function refusal(why: string): Error {
  return new errors.InvalidRequestObject(`the request object is refused: ${why}`);
}
