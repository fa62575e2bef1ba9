import { GRANT_TYPES } from '../client-record/client-record.js';

/** Counted instead of every unknown value, so that callers cannot add rows at will. */
const OTHER = 'other';

/** RFC 8628 section 3.5: the ordinary answer to a device that asks whether the person is done yet. */
const NO_FAILURE = 'authorization_pending';

const ERRORS: ReadonlySet<string> = new Set([
  // RFC 6749
  'access_denied',
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  // RFC 6750, RFC 7591, RFC 8628, RFC 8707, RFC 9396, RFC 9449
  'expired_token',
  'insufficient_scope',
  'invalid_authorization_details',
  'invalid_dpop_proof',
  'invalid_redirect_uri',
  'invalid_target',
  'invalid_token',
  'slow_down',
  'use_dpop_nonce',
  // OpenID Connect CIBA
  'invalid_binding_message',
  'unknown_user_id',
  // OpenID Connect Core 1.0
  'account_selection_required',
  'consent_required',
  'interaction_required',
  'invalid_request_object',
  'invalid_request_uri',
  'login_required',
  'registration_not_supported',
  'request_not_supported',
  'request_uri_not_supported',
  'unmet_authentication_requirements',
]);

/** Under what name an error code of an answer is counted; undefined when it is no failure. */
export function failureOf(error: string): string | undefined {
  if (error === NO_FAILURE) return undefined;
  return ERRORS.has(error) ? error : OTHER;
}

/** Under what name a grant type is counted. */
export function grantOf(grantType: unknown): string {
  return GRANT_TYPES.find((known) => known === grantType) ?? OTHER;
}
