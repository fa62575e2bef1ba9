import type { KoaContextWithOIDC } from 'oidc-provider';
import { grantClaim } from '../../../adapters/tokens/token-lookup.js';

/**
 * What a JWT access token says of its person: the grant behind it, and when and how they signed in (RFC 9068 section 2.2.1),
 * by which APIs ask for another sign-in (RFC 9470). The code or refresh token knows it, or the session of the request.
 */
export function personClaims(
  { acr, entities, session }: KoaContextWithOIDC['oidc'],
  grantId: string | undefined,
): object {
  const { AuthorizationCode: code, BackchannelAuthenticationRequest: request } = entities;
  const source = code ?? entities.DeviceCode ?? request ?? entities.RefreshToken;
  const signIn = source
    ? { auth_time: source.authTime, acr: source.acr }
    : { auth_time: session?.authTime(), acr };
  return { ...signIn, ...(grantId !== undefined && grantClaim(grantId)) };
}
