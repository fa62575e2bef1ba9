import { SIGNING_ALGORITHMS } from '../../settings/protocol/signing-algorithms.js';

/** What clients sign request objects with (RFC 9101). */
export const REQUEST_OBJECT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;

/** What this server signs with, as far as the setting SIGNING_ALGORITHMS has turned it on. */
export const SIGNATURE_ALGORITHMS = SIGNING_ALGORITHMS;

/** How keys of JWEs for clients are encrypted: with a public key of the client (RFC 7518 section 4). */
export const ENCRYPTION_ALGORITHMS = [
  'RSA-OAEP-256',
  'RSA-OAEP',
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A256KW',
] as const;

/** How their content is encrypted (RFC 7518 section 5). */
export const ENCRYPTION_ENCODINGS = ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM'] as const;

/** Why an algorithm with a shared secret is refused. */
export const HMAC_REFUSED = refusals(['HS256', 'HS384', 'HS512']);

/** The same of encryption. */
export const SYMMETRIC_REFUSED = refusals([
  'dir',
  'A128KW',
  'A192KW',
  'A256KW',
  'A128GCMKW',
  'A192GCMKW',
  'A256GCMKW',
]);

function refusals(names: readonly string[]): Record<string, string> {
  const reason = 'needs the secret itself, and only its hash is kept; use an asymmetric algorithm.';
  return Object.fromEntries(names.map((name) => [name, `${name} ${reason}`]));
}
