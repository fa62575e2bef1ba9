import type Koa from 'koa';
import { toAppError } from '../../platform/http/error-status.js';
import type { OnUnexpected } from '../../platform/http/problem-details.js';
import { isEnginePath, isPagePath } from '../../platform/http/protocol-paths.js';
import { type OAuthError, oauthErrorOf } from './oauth-error.js';

/**
 * Answers what is thrown before a request has reached the engine as the engine answers its own errors: with a page where
 * people come with a browser, in the format of RFC 6749 section 5.2 where applications ask.
 */
export function protocolErrors(
  errorPages: (ctx: Koa.Context, next: Koa.Next) => Promise<void>,
  onUnexpected: OnUnexpected,
): Koa.Middleware {
  const errorResponses = async (ctx: Koa.Context, next: Koa.Next): Promise<void> => {
    try {
      await next();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (!error) onUnexpected(thrown, ctx);
      if (!ctx.headerSent) answer(ctx, error && oauthErrorOf(error));
    }
  };
  return (ctx, next) => {
    if (!isEnginePath(ctx.path)) return next();
    return isPagePath(ctx.path) ? errorPages(ctx, next) : errorResponses(ctx, next);
  };
}

function answer(ctx: Koa.Context, error: OAuthError | undefined): void {
  ctx.status = error?.status ?? 500;
  ctx.set({ 'Cache-Control': 'no-store', 'Access-Control-Allow-Origin': '*', ...error?.headers });
  ctx.body = {
    error: error?.code ?? 'server_error',
    error_description: error?.description ?? 'the server made a mistake',
  };
}
