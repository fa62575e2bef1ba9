import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Settings } from '../../settings/settings.js';

const WHAT_TO_SEND = 'send code_challenge and code_challenge_method=S256 (RFC 7636)';

/**
 * Refuses a code challenge of another method than S256 (RFC 9700 section 2.1.1); without one it would be `plain` (RFC 7636
 * section 4.3). Throws InvalidRequest that says what to send.
 */
export function requireS256({
  code_challenge: challenge,
  code_challenge_method: method,
}: Record<string, unknown>): void {
  if (method === 'S256' || (method === undefined && challenge === undefined)) return;
  throw new errors.InvalidRequest(
    method === undefined
      ? 'code_challenge_method is missing: make the code_challenge with SHA-256, and send code_challenge_method=S256'
      : 'this code_challenge_method is not supported: make the code_challenge with SHA-256, and send code_challenge_method=S256',
  );
}

/**
 * Refuses an authorization request without a code challenge when the client needs one. Throws InvalidRequest that names
 * `pkce_required` and what to send; otherwise false: PKCE is not required.
 */
export function requirePkce(ctx: KoaContextWithOIDC, client: Client, mode: Settings['pkce']): false {
  const required = client['pkce_required'];
  if (client.clientAuthMethod === 'none')
    throw new errors.InvalidRequest(`pkce_required is true for every public client: ${WHAT_TO_SEND}`);
  if (required === true)
    throw new errors.InvalidRequest(
      `pkce_required is true for this client: ${WHAT_TO_SEND}, or have pkce_required changed`,
    );
  if (required === false || mode === 'public') return false;
  if (mode === 'always')
    throw new errors.InvalidRequest(
      `every client needs PKCE here: ${WHAT_TO_SEND}, or have pkce_required of this client set to false`,
    );
  // OAuth 2.1 section 7.5.1. Without the scope openid there is no ID token that has the nonce.
  if (ctx.oidc.params?.['nonce'] !== undefined && ctx.oidc.requestParamScopes.has('openid')) return false;
  throw new errors.InvalidRequest(
    `this request needs PKCE, or, with the scope openid, a nonce: ${WHAT_TO_SEND}, or have pkce_required of this client set to false`,
  );
}
