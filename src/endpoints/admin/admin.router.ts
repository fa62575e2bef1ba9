import Router from '@koa/router';
import type Koa from 'koa';
import { type AuditRoutesDependencies, auditRoutes } from '../../tenancy/audit/audit.routes.js';
import { type ClientRoutesDependencies, clientRoutes } from '../../registry/clients/clients.routes.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import { type MemberRoutesDependencies, memberRoutes } from '../../tenancy/members/members.routes.js';
import {
  type InitialAccessTokenRoutesDependencies,
  initialAccessTokenRoutes,
} from '../../registry/registration/initial-access-tokens.routes.js';
import { type CatalogueRoutesDependencies, catalogueRoutes } from '../../registry/scopes/catalogue.routes.js';
import {
  type OrganizationRoutesDependencies,
  organizationRoutes,
} from '../../tenancy/tenants/organizations.routes.js';
import { type ProjectRoutesDependencies, projectRoutes } from '../../tenancy/tenants/projects.routes.js';
import {
  type UsageRoutesDependencies,
  usageRoutes,
} from '../../registry/usage-reports/usage-reports.routes.js';
import {
  requireAdminToken,
  type AdminState,
  type AdminTrust,
} from '../../tenancy/admin-tokens/verify-admin-token.js';

const ADMIN = /^\/admin(?:\/|$)/;

/** What the admin API is made of. */
export type AdminDependencies = Omit<
  ClientRoutesDependencies &
    OrganizationRoutesDependencies &
    ProjectRoutesDependencies &
    MemberRoutesDependencies &
    CatalogueRoutesDependencies &
    InitialAccessTokenRoutesDependencies &
    UsageRoutesDependencies &
    AuditRoutesDependencies,
  'issuer'
> & { trust: AdminTrust };

/** Every route of the admin API. */
export function adminRoutes({ trust, ...deps }: AdminDependencies): Router<AdminState> {
  const router = new Router<AdminState>();
  const parts = { ...deps, issuer: trust.issuer };
  for (const routes of [
    organizationRoutes,
    projectRoutes,
    memberRoutes,
    clientRoutes,
    initialAccessTokenRoutes,
    catalogueRoutes,
    usageRoutes,
    auditRoutes,
  ]) {
    router.use(routes(parts).routes());
  }
  return router;
}

/**
 * The operators' door: everything under /admin, for bearers of a token only. Leaves other paths to the next middleware,
 * and its errors to `problems()`, which has to be in front of it.
 */
export function adminRouter(deps: AdminDependencies): Koa.Middleware {
  const authenticate = requireAdminToken(deps.trust);
  const dispatch = adminRoutes(deps).routes();
  return async (ctx, next) => {
    if (!ADMIN.test(ctx.path)) {
      await next();
      return;
    }
    ctx.set('Cache-Control', 'no-store');
    await authenticate(ctx, async () => {
      await dispatch(ctx as Parameters<typeof dispatch>[0], () => refuse(ctx));
    });
  };
}

/** Nothing is there, or nothing that understands the method. */
function refuse(ctx: Koa.Context): Promise<never> {
  const layers = (ctx as { matched?: { methods: string[] }[] }).matched ?? [];
  const methods = new Set(layers.flatMap((layer) => layer.methods));
  if (methods.size === 0) throw notFound('resource');
  const allowed = [...methods].sort().join(', ');
  ctx.set('Allow', allowed);
  throw new AppError('method_not_allowed', `This resource understands ${allowed}.`);
}
