import { hash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import type Koa from 'koa';
import { AppError } from '../../platform/errors/errors.js';
import { invalidToken } from './token-claims.js';

/** What a proof may be signed with. */
export const PROOF_ALGORITHMS = ['ES256', 'PS256', 'EdDSA', 'Ed25519'];
/** Seconds that a proof's `iat` may differ from now. A proof is remembered for twice as long: `iat` may be ahead. */
export const PROOF_WINDOW = 300;
const MAX_JTI = 255;

/** What the check needs: the origin that callers know, and the record of proofs. */
interface ProofTrust {
  issuer: string;
  isFirstUse(thumbprint: string, jti: string): Promise<boolean>;
}

/** A token as it was sent, with the thumbprint of the key that it is bound to. */
interface SentToken {
  token: string;
  thumbprint: string | undefined;
  isDpop: boolean;
}

/** The DPoP proof is missing or wrong (RFC 9449 section 7.1, `invalid_dpop_proof`). */
export class InvalidProof extends AppError {
  constructor(message: string) {
    super('unauthenticated', message);
  }
}

/**
 * The thumbprint of the key that a token with this `cnf` is bound to (RFC 9449 section 6.1); undefined for a bearer token.
 * Throws AppError `unauthenticated` for a token that is bound in another way, such as to a certificate.
 */
export function boundThumbprint(cnf: unknown): string | undefined {
  if (cnf === undefined || cnf === null) return undefined;
  const { jkt, ...others } = Object(cnf) as Record<string, unknown>;
  if (typeof jkt === 'string' && Object.keys(others).length === 0) return jkt;
  throw invalidToken('The token is bound in a way that cannot be checked here.');
}

/**
 * Checks that the caller has the key that a verified token is bound to, by a DPoP proof for this request (RFC 9449 section
 * 7). Throws AppError `unauthenticated` without one, for one of another key, request or token, and for one that was used
 * before, on any node.
 */
export async function checkPossession(
  trust: ProofTrust,
  ctx: Koa.Context,
  { token, thumbprint: bound, isDpop }: SentToken,
): Promise<void> {
  if (bound === undefined && !isDpop) return;
  if (bound === undefined) throw invalidToken('The token is not bound to a key; send it as a Bearer token.');
  if (!isDpop)
    throw invalidToken(
      'The token is bound to a key: send it with the scheme DPoP, and a proof of the key in the header DPoP.',
    );
  const { thumbprint, payload } = await readProof(ctx.get('DPoP'));
  const { iat, jti } = payload;
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI)
    throw new InvalidProof('The DPoP proof needs a jti of at most 255 characters.');
  if (typeof iat !== 'number' || Math.abs(Date.now() / 1000 - iat) > PROOF_WINDOW)
    throw new InvalidProof('The DPoP proof is not of now: iat must be within five minutes.');
  const isForThis =
    payload['htm'] === ctx.method &&
    urlOf(payload['htu']) === urlOf(trust.issuer + ctx.path) &&
    payload['ath'] === hash('sha256', token, 'base64url');
  if (!isForThis) throw new InvalidProof('The DPoP proof is for another request: check htm, htu and ath.');
  if (thumbprint !== bound) throw invalidToken('The DPoP proof is of another key than that of the token.');
  if (!(await trust.isFirstUse(thumbprint, jti)))
    throw new InvalidProof('The DPoP proof was used before; make another.');
}

async function readProof(proof: string) {
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: PROOF_ALGORITHMS,
      typ: 'dpop+jwt',
    });
    return { payload, thumbprint: await calculateJwkThumbprint(protectedHeader.jwk ?? {}) };
  } catch {
    // The key is the caller's: besides JOSEError, jose throws what the runtime throws for a bad one.
    throw new InvalidProof('The DPoP proof is missing, or is no JWT of type dpop+jwt signed with its jwk.');
  }
}

/** Without query and fragment. */
function urlOf(value: unknown): string | undefined {
  const url = URL.parse(String(value));
  return url ? url.origin + url.pathname : undefined;
}
