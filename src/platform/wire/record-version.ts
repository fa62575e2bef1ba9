import { AppError } from '../errors/errors.js';

/** The versions that the caller accepts to change (If-Match, RFC 9110 section 13.1.1); empty when none can match. */
export type IfMatch = readonly number[];

/** Throws AppError `stale` unless the record is one of the versions; without a condition every version passes. */
export function checkVersion(
  record: { version: number },
  ifMatch: IfMatch | undefined,
  what = 'client',
): void {
  if (ifMatch === undefined || ifMatch.includes(record.version)) return;
  throw new AppError(
    'stale',
    `The ${what} was changed in the meantime; read it again and repeat the change.`,
  );
}
