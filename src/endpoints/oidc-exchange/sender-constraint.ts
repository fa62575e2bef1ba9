import {
  type AccessToken,
  type ClientCredentials,
  errors,
  type Provider,
  type TokenEndpointGrantContext,
} from 'oidc-provider';
import {
  checkDpopReplay,
  checkDpopRequired,
  checkMtlsCert,
  type DPoPValidationResult,
  validateDpop,
} from 'oidc-provider/lib/helpers/grants.js';
import type { PresentedToken } from './presented-token.js';

/** What a request proves that its client has: a key (RFC 9449), or a certificate (RFC 8705). */
export interface Constraint {
  dPoP: DPoPValidationResult | undefined;
  certificate: ReturnType<typeof checkMtlsCert>;
}

/** Reads the proofs of a request. Throws InvalidGrant for a client that has to be bound and sends none. */
export async function readConstraint(
  provider: Provider,
  ctx: TokenEndpointGrantContext,
): Promise<Constraint> {
  const dPoP = await validateDpop(provider, ctx);
  checkDpopRequired(provider, ctx, dPoP);
  return { dPoP, certificate: checkMtlsCert(provider, ctx) };
}

/** Binds a new token to what the request proves. Throws InvalidGrant for a proof that was used before. */
export async function constrain(
  provider: Provider,
  ctx: TokenEndpointGrantContext,
  token: AccessToken | ClientCredentials,
  { certificate, dPoP }: Constraint,
): Promise<void> {
  if (certificate !== undefined) token.setThumbprint('x5t', certificate);
  if (!dPoP) return;
  await checkDpopReplay(provider, ctx, dPoP, ctx.oidc.client.clientId);
  token.setThumbprint('jkt', dPoP.thumbprint);
}

/**
 * A bound token is exchanged only with proof of what it is bound to, and the new one is bound to that. Throws
 * InvalidRequest.
 */
export function checkBinding({ binding }: PresentedToken, token: AccessToken | ClientCredentials): void {
  if (binding.jkt !== undefined && binding.jkt !== token.jkt)
    throw new errors.InvalidRequest('a presented token is bound to a key: send a DPoP proof of that key');
  if (binding['x5t#S256'] !== undefined && binding['x5t#S256'] !== token['x5t#S256'])
    throw new errors.InvalidRequest(
      'a presented token is bound to a certificate: connect with that one, as a client with tls_client_certificate_bound_access_tokens',
    );
}
