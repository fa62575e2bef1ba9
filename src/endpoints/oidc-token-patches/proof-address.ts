import { decodeJwt } from 'jose';
import type Koa from 'koa';
import type { Provider } from 'oidc-provider';

/**
 * Takes DPoP proofs for these addresses, the aliases for clients with certificates: `htu` is where the client sent its
 * request (RFC 9449 section 4.2), and the engine knows the addresses of the issuer alone. Both are of this server.
 *
 * Engine: lib/helpers/validate_dpop.js:125 compares with `urlFor(route)`.
 * Test: test/endpoints/oidc-token-patches/proof-address.test.ts.
 */
export function acceptProofsForAliases(provider: Provider, aliases: ReadonlySet<string>): void {
  const context = provider.OIDCContext.prototype;
  const urlFor = Object.getOwnPropertyDescriptor(context, 'urlFor')?.value as typeof context.urlFor;
  context.urlFor = function (name, options) {
    const own = urlFor.call(this, name, options);
    if (name !== this.route) return own;
    const { ctx } = this as typeof this & { ctx: Koa.Context };
    const address = addressOf(ctx.get('DPoP'));
    return address && aliases.has(address.href) && address.pathname === new URL(own).pathname
      ? address.href
      : own;
  };
}

/** The address that a proof is for, which nobody has verified yet. */
function addressOf(proof: string): URL | undefined {
  if (!proof) return undefined;
  try {
    const address = new URL(String(decodeJwt(proof)['htu']));
    address.search = '';
    address.hash = '';
    return address;
  } catch {
    return undefined;
  }
}
