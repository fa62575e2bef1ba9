import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { stateOf } from '../../../adapters/request-state.js';

/** Whoever counts what clients are used for; see UsageService. */
export interface UsageListener {
  authorized(clientId: string, accountId: string | undefined): void;
  issued(clientId: string, grantType: unknown, accountId: string | undefined): void;
  failed(clientId: string, error: string): void;
  used(clientId: string): void;
  secretUsed(clientId: string, secretId: string): void;
}

/** Where a failure of ours is one of the client's requests too; the engine has one event for all of its routes. */
const ROUTES: ReadonlySet<string> = new Set(['authorization', 'resume', 'token', 'device_authorization']);

/**
 * Has every request that a Provider answered counted once: `grant.success` comes once per answer of the token endpoint
 * whatever tokens are in it, and `authorization.success` once per authorization, of a device too. A request whose client
 * is not known is not counted.
 */
export function listenForUsage(provider: Provider, usage: UsageListener): void {
  const fail = (ctx: KoaContextWithOIDC, error: string): void => {
    const clientId = clientIdOf(ctx);
    const state = stateOf(ctx);
    // An authorization request with a second error in its redirect_uri emits both.
    if (clientId === undefined || state.failureCounted) return;
    state.failureCounted = true;
    usage.failed(clientId, error);
  };
  const onError = (ctx: KoaContextWithOIDC, { error }: errors.OIDCProviderError): void => fail(ctx, error);

  provider.on('authorization.success', (ctx: KoaContextWithOIDC) => {
    const clientId = clientIdOf(ctx);
    if (clientId !== undefined) usage.authorized(clientId, ctx.oidc.account?.accountId);
  });
  provider.on('grant.success', (ctx: KoaContextWithOIDC) => {
    const clientId = clientIdOf(ctx);
    if (clientId === undefined) return;
    usage.issued(clientId, ctx.oidc.params?.['grant_type'], ctx.oidc.account?.accountId);
  });
  provider.on('device_authorization.success', (ctx: KoaContextWithOIDC) => {
    const clientId = clientIdOf(ctx);
    if (clientId !== undefined) usage.used(clientId);
  });
  provider.on('authorization.error', onError);
  provider.on('grant.error', onError);
  provider.on('device_authorization.error', onError);
  provider.on('server_error', (ctx: KoaContextWithOIDC) => {
    if (ROUTES.has(ctx.oidc.route)) fail(ctx, 'server_error');
  });
}

function clientIdOf(ctx: KoaContextWithOIDC): string | undefined {
  return ctx.oidc.client?.clientId;
}
