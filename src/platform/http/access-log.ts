import type Koa from 'koa';
import type { Logger } from '../telemetry/telemetry.js';

/** Path segments that identify an interaction: they equal a cookie's value and must not be logged. */
const INTERACTION = /^(\/(?:interaction|oauth2\/authorize|device)\/)[^/]+/;

/**
 * One line for each request, when its response ends or its connection closes. The query string, headers and bodies are
 * never logged: codes, tokens and secrets are sent in them.
 */
export function accessLog(log: Logger): Koa.Middleware {
  return async (ctx, next) => {
    const started = performance.now();
    ctx.res.once('close', () => {
      log.info(
        {
          requestId: ctx.state.requestId as string,
          method: ctx.method,
          path: ctx.path.replace(INTERACTION, '$1…'),
          status: ctx.res.statusCode,
          finished: ctx.res.writableFinished,
          milliseconds: Math.round(performance.now() - started),
          address: ctx.ip,
        },
        'request',
      );
    });
    await next();
  };
}
