import type Koa from 'koa';
import type { Context } from '../../context.js';
import { readBytes } from '../../platform/http/body.js';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';
import { sessionCookie } from './configuration.js';
import { OutdatedPage } from '../../platform/errors/outdated-page.js';

/** As the engine has it for the bodies that it reads. */
const MAX_BODY_BYTES = 56 * 1024;

/**
 * Counts the user codes that are submitted to the device page per network (RFC 8628 section 5.1). Throws AppError
 * `slow_down` beyond the limit, and, for a form without the session in which its page was sent, on which the engine fails,
 * `too_large` or `malformed`.
 */
export function limitUserCodes({
  attempts,
  rateLimits,
  settings,
}: Pick<Context, 'attempts' | 'rateLimits' | 'settings'>): Koa.Middleware {
  const limited = async (ctx: Koa.Context, next: Koa.Next) => {
    await attempts.reserve([rateLimits.userCode(ctx.ip)]);
    if (!ctx.cookies.get(sessionCookie(settings.issuer))) {
      // Nothing is read of it, but that it is not too large, which the engine says with a session.
      await readBytes(ctx.req, MAX_BODY_BYTES);
      throw new OutdatedPage(
        'This page is out of date, or your browser keeps no cookies. Open it again and type the code again.',
      );
    }
    await next();
  };
  return (ctx, next) =>
    ctx.path === ENGINE_ROUTES.code_verification && ctx.method === 'POST' ? limited(ctx, next) : next();
}
