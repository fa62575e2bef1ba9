import type { AccessToken, ClientCredentials, KoaContextWithOIDC } from 'oidc-provider';
import { stateOf } from '../../../adapters/request-state.js';
import { grantClaim } from '../../../adapters/tokens/token-lookup.js';
import { JWT_BEARER, TOKEN_EXCHANGE } from '../../settings/protocol/grant-types.js';
import { CLIENT_TOKEN, OUTSIDE_TOKEN } from '../../tenancy/admin-tokens/client-token.js';
import { personClaims } from '../oidc-second-factor/sign-in-claims.js';

/** What a JWT access token says of its subject: a person, the client, or a subject of another issuer. */
export function subjectClaims(ctx: KoaContextWithOIDC, token: AccessToken | ClientCredentials): object {
  if (token.kind === 'AccessToken')
    // What the token is got for says when the person signed in.
    return [TOKEN_EXCHANGE, JWT_BEARER].includes(token.gty)
      ? grantClaim(token.grantId)
      : personClaims(ctx.oidc, token.grantId);
  const { sub, sub_type: kind } = stateOf(ctx).tokenClaims ?? {};
  return kind === OUTSIDE_TOKEN.sub_type ? { sub, ...OUTSIDE_TOKEN } : CLIENT_TOKEN;
}
