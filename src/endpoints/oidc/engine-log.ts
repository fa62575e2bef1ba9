import type { EventEmitter } from 'node:events';
import type Koa from 'koa';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { isHangUp } from '../../platform/http/hang-up.js';
import { describeError, type Logger } from '../../platform/telemetry/telemetry.js';
import { CLIENT_AUTHENTICATION_EVENTS } from '../client-authentication/client-authentication-events.js';
import { attemptedClientId } from '../client-authentication/client-credentials.js';
import { logRefusedClient } from '../client-authentication/refused-client.js';
import { keySetFailure } from '../oidc-guards/key-set-failure.js';

/** Those of the endpoints that use keys of clients, for assertions, request objects or encryption. */
const KEY_SET_EVENTS = [...CLIENT_AUTHENTICATION_EVENTS, 'authorization.error', 'userinfo.error'];

/** Logs what the engine reports by events and answers without details. */
export function logEngineEvents(provider: Provider, log: Logger): void {
  provider.on('server_error', (ctx: KoaContextWithOIDC, error) => {
    log.error(
      { requestId: ctx.response.get('x-request-id'), route: ctx.oidc.route, error: describeError(error) },
      'engine failed',
    );
  });
  for (const event of CLIENT_AUTHENTICATION_EVENTS) {
    (provider as EventEmitter).on(event, (ctx: KoaContextWithOIDC, error: unknown) => {
      if (!(error instanceof errors.InvalidClientAuth)) return;
      const given = ctx.oidc.params?.['client_id'];
      logRefusedClient(log, {
        requestId: ctx.response.get('x-request-id'),
        path: ctx.path,
        address: ctx.ip,
        clientId:
          ctx.oidc.client?.clientId ??
          attemptedClientId(ctx.get('authorization'), typeof given === 'string' ? given : undefined),
        reason: keySetFailure(error, ctx.oidc.client) ?? error.error_detail ?? error.error_description,
      });
    });
  }
  for (const event of KEY_SET_EVENTS) {
    (provider as EventEmitter).on(event, (ctx: KoaContextWithOIDC, error: unknown) => {
      const reason = keySetFailure(error, ctx.oidc.client);
      if (reason === undefined) return;
      const requestId = ctx.response.get('x-request-id');
      log.warn({ requestId, clientId: ctx.oidc.client?.clientId, reason }, 'keys of a client cannot be had');
    });
  }
  provider.on('grant.error', (ctx: KoaContextWithOIDC, error: unknown) => {
    if (!(error instanceof errors.InvalidGrant)) return;
    log.info(
      {
        requestId: ctx.response.get('x-request-id'),
        clientId: ctx.oidc.client?.clientId,
        reason: error.error_detail ?? error.error_description,
      },
      'grant refused',
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
