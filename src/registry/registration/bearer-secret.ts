import { createHash, randomBytes } from 'node:crypto';

/** A token that its bearer is known by: 256 random bits behind a prefix that secret scanners can look for. */
export function newBearerSecret(kind: 'initial' | 'registration'): string {
  return `pst_${kind}_${randomBytes(32).toString('base64url')}`;
}

/** What is stored of it: SHA-256, which needs no salt or cost because nobody can guess 256 bits. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
