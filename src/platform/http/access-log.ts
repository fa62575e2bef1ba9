import type Koa from 'koa';
import type { Logger } from '../telemetry/telemetry.js';

/** Segments of a path that identify an interaction; they equal a cookie and have no place in a log. */
const INTERACTION = /^(\/(?:interaction|oauth2\/authorize|device)\/)[^/]+/;

/**
 * One line a request, when its answer is out: never the query string, a header or a body, which is where codes, tokens
 * and secrets travel.
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
