import type { ValidationError } from '../../platform/errors/errors.js';
import { isCommonPassword } from './common-passwords.js';
import { MAX_HASHED_BYTES } from '../../platform/crypto/hashing.js';

const MIN_PASSWORD_BYTES = 12;
const MAX_EMAIL_CHARACTERS = 254;
const EMAIL = /^[^\s@\p{C}"<>()[\]\\,;:]+@[^\s@\p{C}"<>()[\]\\,;:.]+(\.[^\s@\p{C}"<>()[\]\\,;:.]+)*$/u;

/**
 * The one form in which e-mail addresses are stored, compared and limited: trimmed, NFC, lower case. It is computed
 * here and not by the database, where lower case depends on the locale.
 */
export function canonicalEmail(given: string): string {
  return given.trim().normalize('NFC').toLowerCase();
}

/** Whether a canonical address can be one at all: a local part, one @, a domain, at most 254 characters (RFC 5321). */
export function isEmail(canonical: string): boolean {
  return canonical.length <= MAX_EMAIL_CHARACTERS && EMAIL.test(canonical);
}

/** The form in which passwords are hashed: NFC, so that one password typed on two keyboards is the same bytes. */
export function canonicalPassword(given: string): string {
  return given.normalize('NFC');
}

/** The errors of a new account's e-mail address. */
export function emailErrors(canonical: string): ValidationError[] {
  if (isEmail(canonical)) return [];
  return [{ pointer: '/email', detail: 'must be an e-mail address of at most 254 characters' }];
}

/** The errors of a new password. bcrypt reads 72 bytes; a longer password is refused, not truncated. */
export function passwordErrors(canonical: string, email: string): ValidationError[] {
  const bytes = Buffer.byteLength(canonical);
  const error = (detail: string) => [{ pointer: '/password', detail }];
  if (bytes < MIN_PASSWORD_BYTES) return error(`must be at least ${String(MIN_PASSWORD_BYTES)} bytes long`);
  if (bytes > MAX_HASHED_BYTES) {
    return error(
      `must be at most ${String(MAX_HASHED_BYTES)} bytes long (letters outside ASCII take two bytes or more)`,
    );
  }
  if (canonical.includes('\0')) return error('must not contain the NUL character');
  if (canonical.toLowerCase() === email) return error('must not be the e-mail address');
  if (isCommonPassword(canonical, email.split(/[@.+_-]/)))
    return error('is too easy to guess: add words that are not common and not about you');
  return [];
}
