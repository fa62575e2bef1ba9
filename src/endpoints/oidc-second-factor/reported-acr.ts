import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { acrOf } from '../../identity/second-factors/authentication-level.js';
import { reportedAcr } from './needed-level.js';
import { requestedAcr } from './requested-acr.js';

/**
 * The `acr` of codes and ID tokens follows from `amr` of the session, which also sessions of earlier versions have, and is
 * one of the requested values where these are essential.
 *
 * Engine: lib/helpers/oidc_context.js:157 returns the `acr` of the session, whatever the request asks for.
 * Test: test/endpoints/oidc-requests/acr.test.ts.
 */
export function reportRequestedAcr(provider: Provider): void {
  const { prototype } = (provider as Provider & { OIDCContext: { prototype: object } }).OIDCContext;
  Object.defineProperty(prototype, 'acr', {
    configurable: true,
    get(this: KoaContextWithOIDC['oidc']) {
      return reportedAcr(acrOf(this.session?.amr), requestedAcr(this.params));
    },
  });
}
