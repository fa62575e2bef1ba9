import type Koa from 'koa';
import type { AttemptsService } from '../../identity/attempts/attempts.service.js';
import { networkOf } from '../../identity/attempts/network.js';
import { AppError } from '../../platform/errors/errors.js';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';
import type { Settings } from '../../settings/settings.js';
import { sessionCookie } from './configuration.js';

const WINDOW_SECONDS = 15 * 60;

/**
 * Counts the user codes that are submitted to the device page per network (RFC 8628 section 5.1). Errors are answered by
 * `errorPages`: too many codes, and a form without the session in which its page was sent, on which the engine fails.
 */
export function limitUserCodes(
  { attempts, settings }: { attempts: AttemptsService; settings: Settings },
  errorPages: Koa.Middleware,
): Koa.Middleware {
  return async (ctx, next) => {
    if (ctx.path !== ENGINE_ROUTES.code_verification || ctx.method !== 'POST') {
      await next();
      return;
    }
    await errorPages(ctx, async () => {
      const limit = settings.attempts.userCode;
      const key = `user code ${networkOf(ctx.ip)}`;
      await attempts.reserve([{ key, limit, windowSeconds: WINDOW_SECONDS }]);
      if (!ctx.cookies.get(sessionCookie(settings.issuer)))
        throw new AppError('malformed', 'This page is out of date. Open it again and type the code again.');
      await next();
    });
  };
}
