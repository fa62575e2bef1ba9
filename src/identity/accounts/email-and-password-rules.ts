import { domainToASCII } from 'node:url';
import type { ValidationError } from '../../platform/errors/errors.js';
import { isCommonPassword } from '../passwords/common-passwords.js';
import { MAX_HASHED_BYTES } from '../../platform/crypto/hashing.js';
import { passwordHashError } from '../../platform/crypto/imported-hash.js';

const MIN_PASSWORD_BYTES = 12;
const MAX_EMAIL_CHARACTERS = 254;
const EMAIL =
  /^[^\s@\p{C}"<>()[\]\\,;:]+@[^\s@\P{ASCII}\p{C}"<>()[\]\\,;:.]+(\.[^\s@\P{ASCII}\p{C}"<>()[\]\\,;:.]+)*$/u;
/** A domain that may have letters outside ASCII, with the dots that UTS 46 takes for one and the joiners of some scripts. */
const INTERNATIONAL_DOMAIN = /^[\p{L}\p{M}\p{N}._\-\u3002\uff0e\uff61\u200c\u200d]+$/u;

/**
 * The one form in which e-mail addresses are stored, compared and limited: trimmed, NFC, lower case, the domain in ASCII
 * by UTS 46, as browsers write it. It is computed here and not by the database, where lower case depends on the locale.
 */
export function canonicalEmail(given: string): string {
  const text = given.trim().normalize('NFC').toLowerCase();
  const domainAt = text.lastIndexOf('@') + 1;
  return domainAt === 0 ? text : text.slice(0, domainAt) + asciiDomain(text.slice(domainAt));
}

/** As given when it is ASCII already, or cannot be a domain. */
function asciiDomain(domain: string): string {
  if (/^\p{ASCII}*$/u.test(domain) || !INTERNATIONAL_DOMAIN.test(domain)) return domain;
  return domainToASCII(domain) || domain;
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

/** The errors of what a new account signs in with: exactly one of a password and the hash of one. */
export function credentialErrors(
  canonical: string | undefined,
  hash: string | undefined,
  email: string,
): ValidationError[] {
  if ((canonical === undefined) === (hash === undefined))
    return [{ pointer: '/password', detail: 'send either a password or a password_hash' }];
  if (canonical !== undefined) return passwordErrors(canonical, email);
  const detail = passwordHashError(hash ?? '');
  return detail === undefined ? [] : [{ pointer: '/password_hash', detail }];
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
