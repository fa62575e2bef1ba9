import { type Client, errors } from 'oidc-provider';

/**
 * Refuses an authorization request without `redirect_uri`, of a client with a single registered URI too (OpenID Connect Core
 * section 3.1.2.1, OAuth 2.1). Throws InvalidRequest.
 */
export function requireRedirectUri(params: Record<string, unknown>, { redirectUris = [] }: Client): void {
  if (params['redirect_uri'] !== undefined) return;
  const [, ...others] = redirectUris;
  const which = others.length === 0 ? 'the URI in redirect_uris' : 'one of redirect_uris';
  throw new errors.InvalidRequest(
    redirectUris.length === 0
      ? 'redirect_uri is missing, and this client has no redirect_uris: register one and send it'
      : `redirect_uri is missing: send ${which} of this client`,
  );
}
