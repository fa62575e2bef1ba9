/** What went wrong, in the product's own words; `http.ts` alone knows which status each kind is. */
export type ErrorKind =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'stale'
  | 'too_large'
  | 'unsupported_type'
  | 'invalid'
  | 'slow_down'
  | 'unavailable';

/** One mistake in a request: where (RFC 6901 JSON pointer, or the name of a parameter) and what to do about it. */
export interface Mistake {
  pointer: string;
  detail: string;
}

/**
 * An error whose message may be shown to the caller. Anything else that is thrown is our bug and answers 500 without
 * a word about its cause.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly mistakes: readonly Mistake[];
  /** Seconds after which a retry makes sense. */
  readonly retryAfter: number | undefined;
  /** The scope that would have made the difference (RFC 6750 section 3.1). */
  readonly scope: string | undefined;

  constructor(
    readonly kind: ErrorKind,
    message: string,
    options: { mistakes?: readonly Mistake[]; retryAfter?: number; scope?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.mistakes = options.mistakes ?? [];
    this.retryAfter = options.retryAfter;
    this.scope = options.scope;
  }
}

/** The request was understood but breaks rules of the record: all of its mistakes at once. */
export function invalid(mistakes: readonly Mistake[]): AppError {
  const count = mistakes.length === 1 ? 'one mistake' : `${String(mistakes.length)} mistakes`;
  return new AppError('invalid', `The request has ${count}; see "errors".`, { mistakes });
}

/** The same for what does not exist and what the caller may not see, so that nothing can be probed for. */
export function notFound(what: string): AppError {
  return new AppError('not_found', `There is no such ${what}, or you may not see it.`);
}

/** The record. Throws AppError `not_found` when there is none. */
export function found<T>(record: T | undefined, what: string): T {
  if (record === undefined) throw notFound(what);
  return record;
}
