import type { JWTPayload } from 'jose';
import { AppError } from '../../platform/errors/errors.js';
import type { Caller } from '../access/caller.js';

/** Who calls, and the confirmation claim of the token (RFC 7800, RFC 7662), as it was verified; undefined without one. */
export interface VerifiedToken {
  caller: Caller;
  cnf: unknown;
}

/** The subject of a token. Throws AppError `unauthenticated` for one that cannot be stored. */
export function subjectOf({ sub }: JWTPayload): string {
  if (typeof sub !== 'string' || sub === '' || sub.length > 255 || /[\p{Cc}\p{Surrogate}]/u.test(sub))
    throw invalidToken('The token has no usable subject.');
  return sub;
}

/** The scopes in a claim: names between blanks, or a list of names. */
export function scopesOf(claim: unknown): Set<string> {
  const names = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return new Set(names.filter((name): name is string => typeof name === 'string' && name !== ''));
}

/** The error of a token that is not accepted. */
export function invalidToken(message: string): AppError {
  return new AppError('unauthenticated', message);
}
