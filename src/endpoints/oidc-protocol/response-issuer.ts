import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

type Response = { iss?: string };

/**
 * Names the issuer in every authorization response (RFC 9207), also in those with an ID token, where the engine leaves it
 * out. In a JWT it is a claim anyway, and errors have it.
 */
export function nameIssuerInResponses(provider: Provider): void {
  provider.on('authorization.success', (ctx: KoaContextWithOIDC, response?: Response) => {
    const { responseMode } = ctx.oidc as { responseMode?: string };
    if (response && !responseMode?.includes('jwt')) response.iss = provider.issuer;
  });
}
