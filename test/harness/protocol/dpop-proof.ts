import { createHash, randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, SignJWT } from 'jose';

/** A DPoP proof (RFC 9449 section 4.2) for one request; `claims` change what it says. */
export async function dpopProof(
  keys: { privateKey: CryptoKey; publicKey: CryptoKey },
  method: string,
  url: string,
  { token, ...claims }: { token?: string } & Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const ath = token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') };
  return new SignJWT({ htm: method, htu: url, jti: randomUUID(), ...ath, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(keys.publicKey), ...header })
    .setIssuedAt(typeof claims['iat'] === 'number' ? claims['iat'] : undefined)
    .sign(keys.privateKey);
}
