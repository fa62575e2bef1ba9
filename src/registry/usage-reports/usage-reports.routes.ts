import type { QueryValues } from '../../platform/paging/query.js';
import type { AccessService } from '../../tenancy/access/access.service.js';
import { type Operation, recordId } from '../../tenancy/operations/operation.js';
import { ORGANIZATION, PROJECT } from '../../tenancy/operations/paths.js';
import { routeGroup } from '../../tenancy/operations/route-group.js';
import type { ClientsService } from '../clients/clients.service.js';
import { SPAN, spanFrom } from './report-query.js';
import { reportWire, usageReport } from './usage-report.schema.js';
import type { UsageReportsService, UsageScope } from './usage-reports.service.js';

/** What the routes of usage reports need. */
export interface UsageRoutesDependencies {
  access: AccessService;
  clients: ClientsService;
  usageReports: UsageReportsService;
}

const report = {
  tag: { name: 'usage', description: 'What clients were used for, by day.' },
  method: 'get',
  query: SPAN,
  status: 200,
  response: usageReport,
} as const;

const OPERATIONS = {
  ofClient: {
    ...report,
    id: 'getClientUsage',
    path: `${PROJECT}/oauth_clients/:id/usage`,
    record: recordId('client'),
    summary: 'Report what a client was used for.',
    authorization: { permission: 'clients.read', at: 'project' },
  },
  ofProject: {
    ...report,
    id: 'getProjectUsage',
    path: `${PROJECT}/usage`,
    summary: 'Report what the clients of a project were used for.',
    authorization: { permission: 'clients.read', at: 'project' },
  },
  ofOrganization: {
    ...report,
    id: 'getOrganizationUsage',
    path: `${ORGANIZATION}/usage`,
    summary: 'Report what the clients of an organization were used for.',
    authorization: { permission: 'clients.read', at: 'organization' },
  },
} satisfies Record<string, Operation>;

/** Usage reports: of a client, a project, an organization. */
export const usageRoutes = routeGroup(OPERATIONS, ({ clients, usageReports }: UsageRoutesDependencies) => {
  const answer = async (query: QueryValues<typeof SPAN>, scope: UsageScope) => ({
    body: reportWire(await usageReports.report(scope, spanFrom(query))),
  });
  return {
    ofClient: async ({ tenant, key, query }) =>
      answer(query, { clientRowId: (await clients.get(tenant, key)).id }),
    ofProject: ({ tenant: { projectId }, query }) => answer(query, { projectId }),
    ofOrganization: ({ tenant: { orgId }, query }) => answer(query, { orgId }),
  };
});
