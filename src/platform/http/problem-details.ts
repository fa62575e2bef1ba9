import { STATUS_CODES } from 'node:http';
import type Koa from 'koa';
import type { AppError } from '../errors/errors.js';
import { setErrorHead, statusOf, toAppError } from './error-status.js';
import type { RequestState } from './request-id.js';

const MAX_ERRORS_SHOWN = 100;

/** Receives an error that no code expected: a bug of ours. */
export type OnUnexpected = (error: unknown, ctx: Koa.Context) => void;

/**
 * Answers what is thrown as application/problem+json (RFC 9457). Each status has one meaning here, so the type is
 * `about:blank`. A database that is not available is 503; an error of ours is 500 without its cause.
 */
export function problemDetails(onUnexpected: OnUnexpected): Koa.Middleware<RequestState> {
  return async (ctx, next) => {
    try {
      await next();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (!error) onUnexpected(thrown, ctx);
      if (!ctx.headerSent) answer(ctx, error);
    }
  };
}

function answer(ctx: Koa.ParameterizedContext<RequestState>, error: AppError | undefined): void {
  const status = error ? statusOf(error) : 500;
  setErrorHead(ctx, status, error);
  ctx.body = JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail:
      error?.message ?? 'Internal server error. The log of the server has its cause under this request_id.',
    request_id: ctx.state.requestId,
    ...(error?.errors.length ? { errors: error.errors.slice(0, MAX_ERRORS_SHOWN) } : {}),
  });
  ctx.type = 'application/problem+json';
}
