import { hash, type X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import type Koa from 'koa';
import { PROOF_ALGORITHMS } from '../../settings/protocol/proof-algorithms.js';
import { AppError } from '../../platform/errors/errors.js';
import { invalidToken } from './token-claims.js';

/** Seconds that a proof's `iat` may differ from now. A proof is remembered for twice as long: `iat` may be ahead. */
export const PROOF_WINDOW = 300;
const MAX_JTI = 255;

/** What the check needs: the origins that callers know, their certificates, and the record of proofs. */
export interface ProofTrust {
  issuer: string;
  /** Where callers connect with certificates; undefined without an origin of its own for that. */
  certificateOrigin: string | undefined;
  /** The certificate with which the caller connected. */
  certificateOf(request: IncomingMessage): X509Certificate | undefined;
  /** Records the `jti` of a proof of this key; false when it was used before. */
  isFirstUse(thumbprint: string, jti: string): Promise<boolean>;
}

/** What a token is bound to: a key, or a certificate, by their thumbprints. */
export type Binding = { jkt: string } | { x5t: string };

/** A token as it was sent, with what it is bound to. */
interface SentToken {
  token: string;
  binding: Binding | undefined;
  isDpop: boolean;
}

/** The DPoP proof is missing or wrong (RFC 9449 section 7.1, `invalid_dpop_proof`). */
export class InvalidProof extends AppError {
  constructor(message: string) {
    super('unauthenticated', message);
  }
}

/**
 * What a token with this `cnf` is bound to (RFC 9449 section 6.1, RFC 8705 section 3.1); undefined for a bearer token.
 * Throws AppError `unauthenticated` for a token that is bound in another way.
 */
export function bindingOf(cnf: unknown): Binding | undefined {
  if (cnf === undefined || cnf === null) return undefined;
  const { jkt, 'x5t#S256': x5t, ...others } = Object(cnf) as Record<string, unknown>;
  if (Object.keys(others).length === 0) {
    if (typeof jkt === 'string' && x5t === undefined) return { jkt };
    if (typeof x5t === 'string' && jkt === undefined) return { x5t };
  }
  throw invalidToken('The token is bound in a way that cannot be checked here.');
}

/**
 * Checks that the caller has what a verified token is bound to: the certificate, or the key, by a DPoP proof for this
 * request (RFC 9449 section 7). Throws AppError `unauthenticated` without it, for another certificate, for a proof of
 * another key, request or token, and for one that was used before, on any node.
 */
export async function checkPossession(
  trust: ProofTrust,
  ctx: Koa.Context,
  { token, binding, isDpop }: SentToken,
): Promise<void> {
  if (binding === undefined && !isDpop) return;
  if (binding === undefined || (isDpop && 'x5t' in binding))
    throw invalidToken('The token is not bound to a key; send it as a Bearer token.');
  if ('x5t' in binding) checkCertificate(trust.certificateOf(ctx.req), binding.x5t);
  else if (isDpop) await checkProof(trust, ctx, token, binding.jkt);
  else
    throw invalidToken(
      'The token is bound to a key: send it with the scheme DPoP, and a proof of the key in the header DPoP.',
    );
}

function checkCertificate(certificate: X509Certificate | undefined, bound: string): void {
  if (!certificate || hash('sha256', certificate.raw, 'base64url') !== bound)
    throw invalidToken('The token is bound to a client certificate: connect with that one.');
}

async function checkProof(trust: ProofTrust, ctx: Koa.Context, token: string, bound: string): Promise<void> {
  const { thumbprint, payload } = await readProof(ctx.get('DPoP'));
  const { iat, jti } = payload;
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI)
    throw new InvalidProof('The DPoP proof needs a jti of at most 255 characters.');
  if (typeof iat !== 'number' || Math.abs(Date.now() / 1000 - iat) > PROOF_WINDOW)
    throw new InvalidProof('The DPoP proof is not of now: iat must be within five minutes.');
  const isForThis =
    payload['htm'] === ctx.method &&
    isAddressOf(payload['htu'], ctx.path, trust) &&
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

/** The issuer's origin counts wherever the caller connects: it is what discovery names. */
function isAddressOf(htu: unknown, path: string, { issuer, certificateOrigin }: ProofTrust): boolean {
  const origins = certificateOrigin === undefined ? [issuer] : [issuer, certificateOrigin];
  const sent = urlOf(htu);
  return sent !== undefined && origins.some((origin) => sent === urlOf(origin + path));
}

/** Without query and fragment. */
function urlOf(value: unknown): string | undefined {
  const url = URL.parse(String(value));
  return url ? url.origin + url.pathname : undefined;
}
