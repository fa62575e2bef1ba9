import type { AccessToken, ClientCredentials, Provider, TokenEndpointGrantContext } from 'oidc-provider';
import { buildTokenResponse } from 'oidc-provider/lib/helpers/grants.js';

/** Saves the token and responds with it; `issuedTokenType` is that of RFC 8693 section 2.2.1. */
export async function respondWith(
  provider: Provider,
  ctx: TokenEndpointGrantContext,
  token: AccessToken | ClientCredentials,
  issuedTokenType?: string,
): Promise<void> {
  ctx.oidc.entity(token.kind, token);
  ctx.body = buildTokenResponse(provider, {
    accessToken: await token.save(),
    ...(issuedTokenType !== undefined && { issuedTokenType }),
    expiresIn: token.expiration,
    scope: token.scope,
    authorizationDetails: token.rar,
    tokenType: token.tokenType,
  });
}
