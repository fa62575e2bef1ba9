import Router, { type RouterMiddleware } from '@koa/router';
import { type AdminState, requireScope } from '../admin/admin.auth.js';
import { toSnake } from '../client-record/snake-case.js';
import type { ClientsService } from '../clients/clients.service.js';
import { notFound } from '../errors.js';
import type { TenantsService } from '../tenants/tenants.service.js';
import { readSpan } from './report-query.js';
import type { UsageReportsService, UsageScope } from './usage-reports.service.js';

const ORGANIZATION = '/admin/v1/orgs/:org';
const PROJECT = `${ORGANIZATION}/projects/:project`;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the routes of usage reports need. */
export interface UsageRoutesDependencies {
  tenants: TenantsService;
  clients: ClientsService;
  usageReports: UsageReportsService;
}

type Context = Parameters<RouterMiddleware<AdminState>>[0];

/** The operators' door to usage reports: of a client, a project, an organization. */
export function usageRoutes({ tenants, clients, usageReports }: UsageRoutesDependencies): Router<AdminState> {
  const router = new Router<AdminState>();
  const read = requireScope('clients.read');
  const param = ({ params }: Context, name: string): string => params[name] ?? '';
  const send = async (ctx: Context, scopeOf: () => Promise<UsageScope>): Promise<void> => {
    const span = readSpan(ctx.query);
    ctx.body = toSnake(await usageReports.report(await scopeOf(), span));
  };

  router.get(`${PROJECT}/oauth_clients/:id/usage`, read, (ctx) =>
    send(ctx, async () => {
      const tenant = await tenants.resolve(param(ctx, 'org'), param(ctx, 'project'));
      const id = param(ctx, 'id');
      if (!UUID.test(id)) throw notFound('client');
      return { clientRowId: (await clients.get(tenant, id.toLowerCase())).id };
    }),
  );

  router.get(`${PROJECT}/usage`, read, (ctx) =>
    send(ctx, async () => {
      const { projectId } = await tenants.resolve(param(ctx, 'org'), param(ctx, 'project'));
      return { projectId };
    }),
  );

  router.get(`${ORGANIZATION}/usage`, read, (ctx) =>
    send(ctx, async () => ({ orgId: await tenants.resolveOrganization(param(ctx, 'org')) })),
  );

  return router;
}
