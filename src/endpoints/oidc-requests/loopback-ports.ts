import type { Client, Provider } from 'oidc-provider';

const LOOPBACK = /^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]))(?::\d{1,5})?(?=[/?]|$)/;

/**
 * Accepts any port in a redirect URI whose registered form is http on a loopback host, whatever kind of client it is (RFC
 * 8252 section 7.3).
 *
 * Engine: lib/models/client.js:492 does so for native clients only.
 * Test: test/endpoints/oidc-requests/redirect-uris.test.ts, "any port".
 */
export function acceptLoopbackPorts(provider: Provider): void {
  const client = provider.Client.prototype;
  client.redirectUriAllowed = function (this: Client, value: string) {
    return matches(value, this.redirectUris ?? []);
  };
  client.postLogoutRedirectUriAllowed = function (this: Client, value: string) {
    return matches(value, this.postLogoutRedirectUris ?? []);
  };
}

function matches(value: string, registered: readonly string[]): boolean {
  if (registered.includes(value)) return true;
  if (!LOOPBACK.test(value) || !URL.canParse(value)) return false;
  const portless = value.replace(LOOPBACK, '$1');
  return registered.some((uri) => LOOPBACK.test(uri) && uri.replace(LOOPBACK, '$1') === portless);
}
