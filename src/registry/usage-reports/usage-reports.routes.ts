import Router from '@koa/router';
import type { AccessService } from '../../tenancy/access/access.service.js';
import type { AdminState } from '../../tenancy/admin-tokens/verify-admin-token.js';
import {
  type AdminContext as Context,
  enterOrganization,
  enterProject,
  ORGANIZATION,
  PROJECT,
} from '../../tenancy/access/admin-paths.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { ClientsService } from '../clients/clients.service.js';
import { notFound } from '../../platform/errors/errors.js';
import { readSpan } from './report-query.js';
import type { UsageReportsService, UsageScope } from './usage-reports.service.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the routes of usage reports need. */
export interface UsageRoutesDependencies {
  access: AccessService;
  clients: ClientsService;
  usageReports: UsageReportsService;
}

/** The operators' door to usage reports: of a client, a project, an organization. */
export function usageRoutes({ access, clients, usageReports }: UsageRoutesDependencies): Router<AdminState> {
  const router = new Router<AdminState>();
  const send = async (ctx: Context, scopeOf: () => Promise<UsageScope>): Promise<void> => {
    const span = readSpan(ctx.query);
    ctx.body = toSnake(await usageReports.report(await scopeOf(), span));
  };

  router.get(`${PROJECT}/oauth_clients/:id/usage`, (ctx) =>
    send(ctx, async () => {
      const tenant = await enterProject(access, ctx, 'clients.read');
      const id = ctx.params['id'] ?? '';
      if (!UUID.test(id)) throw notFound('client');
      return { clientRowId: (await clients.get(tenant, id.toLowerCase())).id };
    }),
  );

  router.get(`${PROJECT}/usage`, (ctx) =>
    send(ctx, async () => {
      const { projectId } = await enterProject(access, ctx, 'clients.read');
      return { projectId };
    }),
  );

  router.get(`${ORGANIZATION}/usage`, (ctx) =>
    send(ctx, async () => {
      const { orgId } = await enterOrganization(access, ctx, 'clients.read');
      return { orgId };
    }),
  );

  return router;
}
