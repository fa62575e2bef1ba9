import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import { PROFILE_ALGORITHMS } from '../../registry/client-protocol/security-profiles.js';

/** The security profile of a client; undefined for none. */
export function profileOf(client: Client | undefined): string | undefined {
  const profile = client?.['security_profile'];
  return typeof profile === 'string' ? profile : undefined;
}

/** FAPI 2.0 Security Profile section 5.3.2.1: refresh tokens of such clients are bound by their authentication. */
export function rotatesRefreshTokens({ oidc }: KoaContextWithOIDC): boolean {
  return profileOf(oidc.client) === undefined;
}

/** FAPI 2.0 Security Profile section 5.4.1. */
export function isProfileAlgorithm(alg: unknown): boolean {
  return alg === 'Ed25519' || PROFILE_ALGORITHMS.some((known) => known === alg);
}
