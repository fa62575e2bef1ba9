import { interactionPolicy as policies, type KoaContextWithOIDC } from 'oidc-provider';

const ASKED_EACH_TIME = 'consent is asked each time (RFC 8252 section 8.6)';

/**
 * Asks for consent each time where another app may pose as the client (RFC 8252 section 8.6): for native apps without a
 * secret. It replaces the engine's check, which asks by the application type alone.
 */
export const nativeConsent = new policies.Check(
  'native_client_prompt',
  `${ASKED_EACH_TIME} of native apps without a secret: a web application on localhost needs application_type web`,
  'interaction_required',
  ({ oidc }) => isUnasked(oidc) && !isPrivateUse(oidc) && isNativeWithoutSecret(oidc),
);

/** Asks for consent each time at redirect URIs with a private-use scheme, which other apps can claim. */
export const privateUseConsent = new policies.Check(
  'private_use_scheme_prompt',
  `${ASKED_EACH_TIME} at a redirect URI with a private-use scheme: prompt=none is not for such URIs`,
  'interaction_required',
  ({ oidc }) => isUnasked(oidc) && isPrivateUse(oidc),
);

function isUnasked({ result }: KoaContextWithOIDC['oidc']): boolean {
  return result?.consent === undefined;
}

function isNativeWithoutSecret({ client }: KoaContextWithOIDC['oidc']): boolean {
  return client?.['native_app'] === true && client.clientAuthMethod === 'none';
}

function isPrivateUse({ params }: KoaContextWithOIDC['oidc']): boolean {
  const redirectUri = params?.['redirect_uri'];
  return typeof redirectUri === 'string' && !/^https?:/.test(redirectUri);
}
