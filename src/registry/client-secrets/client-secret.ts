import { randomBytes } from 'node:crypto';

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
