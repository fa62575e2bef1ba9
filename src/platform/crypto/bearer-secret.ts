import { createHash, randomBytes } from 'node:crypto';

/** A bearer token of 256 random bits, with a prefix that secret scanners recognize. */
export function newBearerSecret(kind: 'initial' | 'registration'): string {
  return `pst_${kind}_${randomBytes(32).toString('base64url')}`;
}

/** The stored form: SHA-256, which needs no salt or cost because 256 random bits cannot be guessed. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
