import { toAppError } from '../../platform/http/error-status.js';
import { oauthErrorOf } from '../oidc-guards/oauth-error.js';

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
  const { status, code, description, headers } = oauthErrorOf(error);
  return new IntrospectionError(status, code, description, headers);
}
