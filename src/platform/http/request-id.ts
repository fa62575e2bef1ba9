import { randomUUID } from 'node:crypto';
import type Koa from 'koa';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** What every request carries after `requestId()`. */
export interface RequestState {
  requestId: string;
}

/** Gives the request an id, the caller's own when it is safe in a log, and sends it back as X-Request-Id. */
export function requestId(): Koa.Middleware<RequestState> {
  return async (ctx, next) => {
    ctx.state.requestId = requestIdFor(ctx.get('X-Request-Id'));
    ctx.set('X-Request-Id', ctx.state.requestId);
    await next();
  };
}

/** The caller's own id when it is safe in a log, else a new one. */
export function requestIdFor(given: unknown): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
