import type { OAuthError } from '../oidc-guards/oauth-error.js';

/** An answer that is an error in the format of RFC 6749 section 5.2. */
export class IntrospectionError extends Error implements OAuthError {
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
