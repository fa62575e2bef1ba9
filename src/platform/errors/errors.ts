/** The kinds of errors; `platform/http/error-status.ts` maps each to its HTTP status. */
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

/** One error in a request: where (a JSON pointer, RFC 6901, or the name of a parameter) and what to change. */
export interface ValidationError {
  pointer: string;
  detail: string;
}

/** The sign-in that a request needs (RFC 9470 section 3). */
export interface NeededSignIn {
  /** The level of `acr` that it must reach; undefined when it is strong enough. */
  acrValues: string | undefined;
  /** How long ago it may be, in seconds; undefined when it is new enough. */
  maxAge: number | undefined;
}

/**
 * An error whose message may be shown to the caller. Any other exception is a bug: the response is a 500 that does not
 * tell its cause.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly errors: readonly ValidationError[];
  /** Seconds after which a retry makes sense. */
  readonly retryAfter: number | undefined;
  /** The scope that the token lacks (RFC 6750 section 3.1). */
  readonly scope: string | undefined;
  /** The sign-in that the token lacks. */
  readonly neededSignIn: NeededSignIn | undefined;

  constructor(
    readonly kind: ErrorKind,
    message: string,
    options: {
      errors?: readonly ValidationError[];
      retryAfter?: number;
      scope?: string;
      neededSignIn?: NeededSignIn;
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.errors = options.errors ?? [];
    this.retryAfter = options.retryAfter;
    this.scope = options.scope;
    this.neededSignIn = options.neededSignIn;
  }
}

/** The request is well-formed, but its content is not valid: all of its errors at once. */
export function invalid(errors: readonly ValidationError[]): AppError {
  const count = errors.length === 1 ? 'one validation error' : `${String(errors.length)} validation errors`;
  return new AppError('invalid', `The request has ${count}; see "errors".`, { errors });
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
