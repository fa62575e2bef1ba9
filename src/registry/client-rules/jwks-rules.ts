import { createPublicKey, type JsonWebKey, X509Certificate } from 'node:crypto';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const;
const ALGORITHMS: Readonly<Record<string, RegExp>> = {
  RSA: /^(?:[RP]S(?:256|384|512)|RSA-OAEP(?:-256|-384|-512)?)$/,
  EC: /^(?:ES(?:256|384|512)|ECDH-ES(?:\+A(?:128|192|256)KW)?)$/,
  OKP: /^(?:EdDSA|Ed25519)$/,
};
const CURVES: Readonly<Record<string, readonly string[]>> = {
  EC: ['P-256', 'P-384', 'P-521'],
  OKP: ['Ed25519'],
};
const MIN_RSA_BITS = 2048;

/**
 * What is wrong with one key of a client's JWKS, in sentences. A key is public and asymmetric: a private part that was
 * sent here is no longer secret, and HS* would need a secret that we keep only as a hash.
 */
export function jwkErrors(jwk: Readonly<Record<string, unknown>>): string[] {
  const kty = jwk['kty'];
  if (kty === 'oct') return ['Symmetric keys are refused; send an RSA, EC or OKP public key.'];
  if (typeof kty !== 'string' || !Object.hasOwn(ALGORITHMS, kty)) return ['kty must be RSA, EC or OKP.'];
  const secret = PRIVATE_MEMBERS.filter((member) => Object.hasOwn(jwk, member));
  if (secret.length > 0) {
    return [
      `Send the public key only, without ${secret.join(', ')}; replace this key, it is no longer private.`,
    ];
  }
  const errors: string[] = [];
  for (const member of ['kid', 'use', 'alg'] as const) {
    const value = jwk[member];
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      errors.push(`${member} must be text.`);
  }
  const { alg, x5c } = jwk;
  if (typeof alg === 'string' && alg !== '' && !ALGORITHMS[kty]?.test(alg)) {
    errors.push(`alg does not fit a key of kty ${kty}; symmetric algorithms are refused.`);
  }
  if (
    x5c !== undefined &&
    !(Array.isArray(x5c) && x5c.every((entry) => typeof entry === 'string' && entry))
  ) {
    errors.push('x5c must be an array of certificates in base64.');
  }
  return [...errors, ...materialErrors(kty, jwk)];
}

/** What clients may sign their assertions with (RFC 7523). */
export const ASSERTION_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'] as const;

/** Whether the key can verify a client's assertions, as far as its members tell. */
export function canVerify(jwk: Readonly<Record<string, unknown>>): boolean {
  const { use, alg, crv, key_ops: operations } = jwk;
  return (
    (use === undefined || use === 'sig') &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify'))) &&
    (crv === undefined || crv === 'P-256' || crv === 'Ed25519') &&
    (alg === undefined || ASSERTION_ALGORITHMS.some((known) => known === alg))
  );
}

/** Whether the first certificate of x5c has the key itself (RFC 7517 section 4.7). */
export function isCertified(jwk: Readonly<Record<string, unknown>>): boolean {
  const { x5c } = jwk;
  try {
    const [certificate] = Array.isArray(x5c) ? (x5c as unknown[]) : [];
    const { publicKey } = new X509Certificate(Buffer.from(String(certificate), 'base64'));
    return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).equals(publicKey);
  } catch {
    return false;
  }
}

function materialErrors(kty: string, jwk: Readonly<Record<string, unknown>>): string[] {
  const curves = CURVES[kty];
  if (curves && !curves.includes(String(jwk['crv']))) return [`crv must be ${curves.join(', ')}.`];
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength;
    if (bits !== undefined && bits < MIN_RSA_BITS)
      return [`The RSA key must have at least ${String(MIN_RSA_BITS)} bits.`];
    return [];
  } catch {
    return ['The members of this key do not make a public key (RFC 7518 section 6).'];
  }
}
