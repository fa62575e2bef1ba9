import type { EventEmitter } from 'node:events';
import type Koa from 'koa';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { isHangUp } from '../../platform/http/hang-up.js';
import { describeError, type Logger } from '../../platform/telemetry/telemetry.js';

/** Logs what the engine reports by events and answers without details. */
export function logEngineEvents(provider: Provider, log: Logger): void {
  provider.on('server_error', (ctx: KoaContextWithOIDC, error) => {
    log.error(
      { requestId: ctx.response.get('x-request-id'), route: ctx.oidc.route, error: describeError(error) },
      'engine failed',
    );
  });
  (provider as EventEmitter).on('error', (error: unknown, ctx?: Koa.Context) => {
    // The database may become unavailable while the session is saved, when the engine has answered its own errors.
    if (error instanceof errors.OIDCProviderError && error.status === 503) return;
    if (isHangUp(error)) return;
    log.error(
      { requestId: ctx?.response.get('x-request-id'), error: describeError(error) },
      'engine failed outside a request',
    );
  });
}
