import Router from '@koa/router';
import type Koa from 'koa';
import { AppError, notFound } from '../../platform/errors/errors.js';
import { type AdminState, requireAdminToken } from '../../tenancy/admin-tokens/require-admin-token.js';
import type { AdminTrust } from '../../tenancy/admin-tokens/verify-admin-token.js';
import { otherMethods } from '../site/not-found-page.js';
import { ADMIN_API_ROUTES, type AdminApiDependencies } from './admin-api.js';

const ADMIN = /^\/admin(?:\/|$)/;

/** What the router needs: the services of the admin API, and the issuers of tokens for it. */
export type AdminRouterDependencies = Omit<AdminApiDependencies, 'issuer'> & { trust: AdminTrust };

/**
 * Serves everything under /admin, for bearers of a token only. Leaves other paths to the next middleware, and its errors
 * to `problemDetails()`, which has to be in front of it.
 */
export function adminRouter({ trust, ...services }: AdminRouterDependencies): Koa.Middleware {
  const authenticate = requireAdminToken(trust);
  const router = new Router<AdminState>();
  for (const group of ADMIN_API_ROUTES)
    router.use(group.routes({ ...services, issuer: trust.issuer }).routes());
  const dispatch = router.routes();
  return async (ctx, next) => {
    if (!ADMIN.test(ctx.path)) {
      await next();
      return;
    }
    ctx.set('Cache-Control', 'no-store');
    await authenticate(ctx, async () => {
      await dispatch(ctx as Parameters<typeof dispatch>[0], () => rejectUnmatched(ctx));
    });
  };
}

/** Answers 404 for an unknown path, 405 for a method that the path does not have. */
function rejectUnmatched(ctx: Koa.Context): Promise<never> {
  const allowed = otherMethods(ctx).join(', ');
  if (allowed === '') throw notFound('resource');
  ctx.set('Allow', allowed);
  throw new AppError('method_not_allowed', `This resource understands ${allowed}.`);
}
