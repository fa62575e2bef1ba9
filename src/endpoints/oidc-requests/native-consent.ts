import { interactionPolicy as policies, type KoaContextWithOIDC } from 'oidc-provider';

/**
 * Asks for consent each time where another app may pose as the client (RFC 8252 section 8.6): for native apps without a
 * secret, and at redirect URIs with a private-use scheme, which other apps can claim. It replaces the engine's check, which
 * asks by the application type alone.
 */
export const nativeConsent = new policies.Check(
  'native_client_prompt',
  'native clients require End-User interaction',
  'interaction_required',
  ({ oidc }) => oidc.result?.consent === undefined && canBeImpersonated(oidc),
);

function canBeImpersonated({ client, params }: KoaContextWithOIDC['oidc']): boolean {
  if (client?.['native_app'] === true && client.clientAuthMethod === 'none') return true;
  const redirectUri = params?.['redirect_uri'];
  return typeof redirectUri === 'string' && !/^https?:/.test(redirectUri);
}
