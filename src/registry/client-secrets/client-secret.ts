import { createHash, randomBytes } from 'node:crypto';

/** Lets secret scanners recognize a client secret that leaked. */
export const SECRET_PREFIX = 'pst_';
const HINT_CHARACTERS = 6;

/** 256 random bits in base64url behind the prefix. */
export function newClientSecret(): string {
  return SECRET_PREFIX + randomBytes(32).toString('base64url');
}

/** How people tell secrets apart: the prefix and the next six characters (36 of the 256 bits). */
export function hintOf(secret: string): string {
  return secret.slice(0, SECRET_PREFIX.length + HINT_CHARACTERS);
}

/** The hint of secrets that came from another system: how many of their characters are random is not known. */
export const IMPORTED_HINT = 'imported';

/** A secret that a client uses already, in plain text or as another system's hash of it. */
export type SecretInUse = { value: string } | { hash: string };

/** What tells a secret by the hash that it had elsewhere or before, when that was replaced. */
export function importedDigestOf(hash: string): Buffer {
  return createHash('sha256').update(hash).digest();
}

/** What is stored of a secret. */
export interface SecretToStore {
  hash: string;
  hint: string;
  /** SHA-256 of the first hash, where it was replaced or came from another system: it still tells the secret. */
  importedDigest?: Buffer;
}
