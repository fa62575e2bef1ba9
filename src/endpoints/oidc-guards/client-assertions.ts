import { type Configuration, errors } from 'oidc-provider';
import { isProfileAlgorithm, profileOf } from '../oidc-protocol/security-profile.js';

const MAX_SECONDS_AHEAD = 600;
/** FAPI 2.0 Security Profile section 5.3.2.1. */
const PROFILE_SECONDS_AHEAD = 60;

/**
 * What an assertion of a client (RFC 7523) must be beyond what the engine checks: at most ten minutes from expiry, since
 * its `jti` is remembered until then, and for this issuer alone (RFC 10070): another server can name our endpoints as its
 * own, and have an assertion made for them, but not our issuer. It is called after the signature was verified.
 */
export const checkClientAssertion: NonNullable<Configuration['assertJwtClientAuthClaimsAndHeader']> = (
  ctx,
  { aud, exp, iat, nbf },
  { alg },
  client,
) => {
  const { issuer } = ctx.oidc;
  if (aud !== issuer && !(Array.isArray(aud) && aud.length === 1 && aud[0] === issuer))
    throw refusal(`aud of the client_assertion must be the issuer alone: ${issuer}`);
  if (Number(exp) > Date.now() / 1000 + MAX_SECONDS_AHEAD)
    throw refusal('exp of the client_assertion must be at most ten minutes ahead');
  if (!profileOf(client)) return;
  if (aud !== issuer)
    throw refusal(`the security profile wants aud of the client_assertion to be a string: ${issuer}`);
  if ([iat, nbf].some((time) => Number(time) > Date.now() / 1000 + PROFILE_SECONDS_AHEAD))
    throw refusal('iat and nbf of the client_assertion must be at most 60 seconds ahead');
  if (!isProfileAlgorithm(alg))
    throw refusal('the security profile wants a client_assertion that is signed with PS256, ES256 or EdDSA');
};

function refusal(description: string): Error {
  return Object.assign(new errors.InvalidClientAuth(description), { error_description: description });
}
