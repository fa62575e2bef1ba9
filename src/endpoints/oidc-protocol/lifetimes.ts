import type { Configuration } from 'oidc-provider';
import type { Settings } from '../../settings/settings.js';
import { ANONYMOUS_INTERACTION_TTL, ANONYMOUS_SESSION_TTL } from '../oidc-guards/anonymous-requests.js';
import { remainingSession } from '../oidc-interactions/session-lifetime.js';
import { profileOf } from './security-profile.js';

/** FAPI 2.0 Security Profile section 5.3.2.1. */
const PROFILE_CODE_TTL = 60;

/** How long a person has to answer a client of CIBA that does not say how long, and at most. */
const BACKCHANNEL_TTL = 300;
const MAX_BACKCHANNEL_TTL = 600;

/** How long each artifact lives, in seconds. */
export function lifetimes(ttl: Settings['ttl']): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? ttl.accessToken,
    AuthorizationCode: (_ctx, _code, client) =>
      profileOf(client) ? Math.min(ttl.authorizationCode, PROFILE_CODE_TTL) : ttl.authorizationCode,
    BackchannelAuthenticationRequest: ({ oidc }) =>
      Math.min(Number(oidc.params?.['requested_expiry'] ?? BACKCHANNEL_TTL), MAX_BACKCHANNEL_TTL),
    ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? ttl.clientCredentials,
    DeviceCode: ttl.deviceCode,
    Grant: ttl.grant,
    IdToken: ttl.idToken,
    Interaction: (_ctx, interaction) =>
      interaction.session?.accountId === undefined
        ? Math.min(ttl.interaction, ANONYMOUS_INTERACTION_TTL)
        : ttl.interaction,
    RefreshToken: ttl.refreshToken,
    Session: (_ctx, session) =>
      session.accountId === undefined
        ? Math.min(ttl.session, ANONYMOUS_SESSION_TTL)
        : remainingSession(session.loginTs, ttl),
  };
}
