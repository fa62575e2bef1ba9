import { Provider, type TokenEndpointGrantContext } from 'oidc-provider';

/** Runs the work of one token request so that all that it writes and consumes happens together, or not at all. */
export type InTransaction = (work: () => Promise<void>) => Promise<void>;

/** Runs around the handler of every grant type, once the client is authenticated and may use the grant type. */
export type AroundGrant = (ctx: TokenEndpointGrantContext, work: () => Promise<void>) => Promise<void>;

type GrantParameters = Parameters<Provider['registerGrantType']>[2];

/**
 * A Provider whose grant types each run in `around`, which starts a token transaction (see `TokenTransaction`).
 *
 * Engine: lib/helpers/initialize_app.js:130 registers its own grant types with `registerGrantType`, from the constructor.
 * Their handlers consume the code or token first and save each new token by itself
 * (lib/actions/grants/refresh_token.js:122 and :153); lib/actions/token.js:115 waits for a handler before it reports
 * success.
 * Test: test/endpoints/oidc-token-patches/code-redemption.test.ts, refresh.test.ts, and
 * test/server/processes/redemption.test.ts.
 */
export function transactionalProvider(around: AroundGrant): typeof Provider {
  return class extends Provider {
    override registerGrantType<P extends object>(
      name: string,
      handler: (ctx: TokenEndpointGrantContext<P>) => void | Promise<void>,
      parameters?: GrantParameters,
      duplicates?: GrantParameters,
    ): void {
      const transactional = (ctx: TokenEndpointGrantContext<P>) => around(ctx, async () => handler(ctx));
      super.registerGrantType(name, transactional, parameters, duplicates);
    }
  };
}
