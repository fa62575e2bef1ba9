import type { ServerResponse } from 'node:http';
import type Koa from 'koa';
import type { Logger } from '../telemetry/telemetry.js';

/** Path segments that identify an interaction: they equal a cookie's value and must not be logged. */
const INTERACTION = /^(\/(?:interaction|oauth2\/authorize|device)\/)[^/]+/;
/** As long as the secrets of links in mails, which are in the path; what is as long and no secret is left out with them. */
const SECRET = /[A-Za-z0-9_-]{40,}/g;

/**
 * One line for each request, when its response ends or its connection closes. The query string, headers and bodies are
 * never logged: codes, tokens and secrets are sent in them.
 */
export function accessLog(log: Logger): Koa.Middleware {
  return async (ctx, next) => {
    const started = performance.now();
    ctx.res.once('close', () => {
      logRequest(log, started, ctx.res, {
        requestId: ctx.state.requestId as string,
        method: ctx.method,
        path: ctx.path.replace(INTERACTION, '$1…').replace(SECRET, '…'),
        address: ctx.ip,
      });
    });
    await next();
  };
}

/** Writes the line of a request that began at `started` (of `performance.now()`) and whose response has ended. */
export function logRequest(
  log: Logger,
  started: number,
  response: Pick<ServerResponse, 'statusCode' | 'writableFinished'>,
  { requestId, method, path, address }: { requestId: string; method: string; path: string; address: string },
): void {
  log.info(
    {
      requestId,
      method,
      path,
      status: response.statusCode,
      finished: response.writableFinished,
      milliseconds: Math.round(performance.now() - started),
      address,
    },
    'request',
  );
}
