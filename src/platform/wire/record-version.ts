import { AppError } from '../errors/errors.js';
import { toSnake } from './snake-case.js';

/** What the caller accepts to change (If-Match, RFC 9110 section 13.1.1). */
export interface IfMatch {
  /** Empty when none can match. */
  versions: readonly number[];
  /** A weak ETag among those that were sent. It matches nothing, as the comparison is strong. */
  weak: string | undefined;
}

/** The wire form of a record, but for its version, which is in the ETag. */
export function recordToWire<R extends { version: number }>({ version: _, ...record }: R) {
  return toSnake(record);
}

/** Throws AppError `stale` unless the record is one of the versions; without a condition every version passes. */
export function checkVersion(
  record: { version: number },
  ifMatch: IfMatch | undefined,
  what = 'client',
): void {
  if (ifMatch === undefined || ifMatch.versions.includes(record.version)) return;
  if (ifMatch.weak !== undefined) {
    const strong = ifMatch.weak.replace(/^W\//, '');
    throw new AppError(
      'stale',
      `${ifMatch.weak} is a weak ETag, which If-Match never accepts (RFC 9110 section 13.1.1); a proxy that compresses made it so. Send ${strong}.`,
    );
  }
  throw new AppError(
    'stale',
    `The ${what} was changed in the meantime; read it again and repeat the change.`,
  );
}
