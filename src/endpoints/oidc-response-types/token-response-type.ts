import type { Provider } from 'oidc-provider';
import instance from 'oidc-provider/lib/helpers/weak_cache.js';

/**
 * Supports the response type `token` (RFC 6749 section 4.2).
 *
 * Engine: lib/helpers/configuration.js:464 refuses to be configured with it, though
 * lib/helpers/process_response_types.js:197 answers it as part of others.
 * Test: test/endpoints/oidc-requests/implicit.test.ts, "token by itself".
 */
export function supportTokenResponseType(provider: Provider): void {
  instance(provider).configuration.responseTypes.push('token');
}
