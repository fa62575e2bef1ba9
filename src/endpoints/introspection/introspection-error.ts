import { statusOf, toAppError } from '../../platform/http/error-status.js';

/** An answer that is an error in the format of RFC 6749 section 5.2. */
export class IntrospectionError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly description: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(description);
  }
}

/** The request is not one (400). */
export function invalidRequest(description: string): IntrospectionError {
  return new IntrospectionError(400, 'invalid_request', description);
}

/** The response to a thrown error; undefined for an internal error. */
export function toIntrospectionError(thrown: unknown): IntrospectionError | undefined {
  if (thrown instanceof IntrospectionError) return thrown;
  const error = toAppError(thrown);
  if (!error) return undefined;
  const headers = { 'Retry-After': String(Math.max(1, Math.ceil(error.retryAfter ?? 1))) };
  if (error.kind === 'slow_down') return new IntrospectionError(429, 'slow_down', error.message, headers);
  if (error.kind === 'unavailable') {
    const description = 'the server cannot answer now, try again shortly';
    return new IntrospectionError(503, 'temporarily_unavailable', description, headers);
  }
  return new IntrospectionError(statusOf(error), 'invalid_request', error.message);
}
