import { hash } from 'node:crypto';
import { calculateJwkThumbprint, decodeJwt, EmbeddedJWK, errors, jwtVerify } from 'jose';
import type Koa from 'koa';
import { invalidToken } from './token-claims.js';

/** What a proof may be signed with. */
const ALGORITHMS = ['ES256', 'PS256', 'EdDSA', 'Ed25519'];
/** Seconds that a proof's `iat` may differ from now. */
const WINDOW = 300;
const MAX_JTI = 255;

/** What the check needs: the origin that callers know, and the record of proofs. */
interface ProofTrust {
  issuer: string;
  isFirstUse(thumbprint: string, jti: string): Promise<boolean>;
}

/**
 * Checks that the caller has the key that a verified token is bound to, by a DPoP proof for this request (RFC 9449 section
 * 7). Throws AppError `unauthenticated` without one, for one of another key, request or token, for one that was used before,
 * on any node, and for a token that is bound in another way.
 */
export async function checkPossession(
  trust: ProofTrust,
  ctx: Koa.Context,
  token: string,
  isDpop: boolean,
): Promise<void> {
  const bound = confirmationOf(token);
  if (bound === undefined && !isDpop) return;
  if (bound === undefined) throw invalidToken('The token is not bound to a key; send it as a Bearer token.');
  const { jkt } = bound;
  if (typeof jkt !== 'string') throw invalidToken('The token is bound in a way that cannot be checked here.');
  if (!isDpop)
    throw invalidToken(
      'The token is bound to a key: send it with the scheme DPoP, and a proof of the key in the header DPoP.',
    );
  const { thumbprint, jti, payload } = await readProof(ctx.get('DPoP'));
  const isForThis =
    payload['htm'] === ctx.method &&
    urlOf(payload['htu']) === urlOf(trust.issuer + ctx.path) &&
    payload['ath'] === hash('sha256', token, 'base64url');
  if (!isForThis) throw invalidToken('The DPoP proof is for another request: check htm, htu and ath.');
  if (thumbprint !== jkt) throw invalidToken('The DPoP proof is of another key than that of the token.');
  if (!(await trust.isFirstUse(thumbprint, jti)))
    throw invalidToken('The DPoP proof was used before; make another.');
}

async function readProof(proof: string) {
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: ALGORITHMS,
      typ: 'dpop+jwt',
    });
    const { iat, jti } = payload;
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI || protectedHeader.jwk === undefined)
      throw invalidToken('The DPoP proof needs a jti of at most 255 characters.');
    if (typeof iat !== 'number' || Math.abs(Date.now() / 1000 - iat) > WINDOW)
      throw invalidToken('The DPoP proof is not of now: iat must be within five minutes.');
    return { thumbprint: await calculateJwkThumbprint(protectedHeader.jwk), jti, payload };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError)
      throw invalidToken('The DPoP proof is missing, or is no signed JWT of type dpop+jwt.');
    throw error;
  }
}

/** Without query and fragment. */
function urlOf(value: unknown): string | undefined {
  const url = URL.parse(String(value));
  return url ? url.origin + url.pathname : undefined;
}

/** What a token, which was verified, is bound to; undefined for a bearer token, as every opaque one is. */
function confirmationOf(token: string): Record<string, unknown> | undefined {
  if (token.split('.').length !== 3) return undefined;
  const { cnf } = decodeJwt(token);
  return typeof cnf === 'object' && cnf !== null ? (cnf as Record<string, unknown>) : undefined;
}
