import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { SIGNING_ALGORITHMS } from '../../settings/protocol/signing-algorithms.js';

/** The claims of a JWT access token of ours. */
export type AccessTokenClaims = JWTPayload & { client_id: string; iat: number };

const JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Whether the token has the form of a signed JWT (RFC 7515 section 3.1); an opaque one has no dots. */
export function isJwt(token: string): boolean {
  return JWS.test(token);
}

/**
 * The claims of a JWT access token that we signed and that has not expired (RFC 9068 section 4); undefined for anything
 * else, ID tokens and logout tokens too, which have no `client_id`.
 */
export async function verifyAccessToken(
  token: string,
  issuer: string,
  keys: JWTVerifyGetKey,
): Promise<AccessTokenClaims | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: [...SIGNING_ALGORITHMS],
      issuer,
      requiredClaims: ['sub', 'aud', 'exp', 'iat', 'jti', 'client_id'],
    });
    const isAccessToken = protectedHeader.typ === 'at+jwt' || protectedHeader.typ === 'JWT';
    const { client_id: clientId } = payload;
    if (!isAccessToken || typeof clientId !== 'string' || payload.iat === undefined) return undefined;
    return { ...payload, client_id: clientId, iat: payload.iat };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
