import { statusOf } from '../../platform/http/error-status.js';
import type { AppError } from '../../platform/errors/errors.js';

/** An error in the format of RFC 6749 section 5.2. */
export interface OAuthError {
  status: number;
  code: string;
  description: string;
  headers: Readonly<Record<string, string>>;
}

/** How an error that may be shown is answered where applications ask: 429 and 503 with `Retry-After`. */
export function oauthErrorOf(error: AppError): OAuthError {
  const headers = { 'Retry-After': String(Math.max(1, Math.ceil(error.retryAfter ?? 1))) };
  if (error.kind === 'slow_down') {
    return { status: 429, code: 'slow_down', description: error.message, headers };
  }
  if (error.kind === 'unavailable') {
    const description = 'the server cannot answer now, try again shortly';
    return { status: 503, code: 'temporarily_unavailable', description, headers };
  }
  return { status: statusOf(error), code: 'invalid_request', description: error.message, headers: {} };
}
