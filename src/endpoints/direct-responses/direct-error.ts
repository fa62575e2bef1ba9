import { toAppError } from '../../platform/http/error-status.js';
import { describeError, type Logger } from '../../platform/telemetry/telemetry.js';
import { asErrorDescription } from '../../platform/text/error-description.js';
import { type OAuthError, oauthErrorOf } from '../oidc-guards/oauth-error.js';
import type { DirectRequest } from './direct-response.js';

const INTERNAL: OAuthError = {
  status: 500,
  code: 'server_error',
  description: 'internal server error',
  headers: {},
};

/** The response to a thrown error, with a description that may be sent; one that no code expected is logged. */
export function directError(
  log: Logger,
  { requestId }: Pick<DirectRequest, 'requestId'>,
  thrown: unknown,
): OAuthError {
  const error = toAppError(thrown);
  if (error) {
    const known = oauthErrorOf(error);
    return { ...known, description: asErrorDescription(known.description) };
  }
  log.error({ requestId, error: describeError(thrown) }, 'unexpected error');
  return INTERNAL;
}
