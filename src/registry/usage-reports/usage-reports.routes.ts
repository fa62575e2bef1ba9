import type { QueryValues } from '../../platform/paging/query.js';
import type { AccessService } from '../../tenancy/access/access.service.js';
import { type Operation, recordId } from '../../tenancy/operations/operation.js';
import { ORGANIZATION, PROJECT } from '../../tenancy/operations/paths.js';
import { routeGroup } from '../../tenancy/operations/route-group.js';
import type { ClientsService } from '../clients/clients.service.js';
import { SPAN, spanFrom } from './report-query.js';
import { clientFailurePage } from '../client-failures/client-failure.schema.js';
import type { ClientFailuresService } from '../client-failures/client-failures.service.js';
import { hourlyReport, hourlyWire, reportWire, usageReport } from './usage-report.schema.js';
import { pageResponse } from '../../platform/paging/page-response.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { UsageReportsService, UsageScope } from './usage-reports.service.js';

/** What the routes of usage reports need. */
export interface UsageRoutesDependencies {
  access: AccessService;
  clients: ClientsService;
  usageReports: UsageReportsService;
  clientFailures: ClientFailuresService;
}

const report = {
  tag: { name: 'usage', description: 'What clients were used for, by day.' },
  method: 'get',
  query: SPAN,
  status: 200,
  response: usageReport,
} as const;

const hours = { tag: report.tag, method: 'get', status: 200, response: hourlyReport } as const;

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
  hoursOfClient: {
    ...hours,
    id: 'getClientHourlyUsage',
    path: `${PROJECT}/oauth_clients/:id/usage/hours`,
    record: recordId('client'),
    summary: 'Report what a client was used for in each of the last 48 hours.',
    authorization: { permission: 'clients.read', at: 'project' },
  },
  hoursOfProject: {
    ...hours,
    id: 'getProjectHourlyUsage',
    path: `${PROJECT}/usage/hours`,
    summary: 'Report what the clients of a project were used for in each of the last 48 hours.',
    authorization: { permission: 'clients.read', at: 'project' },
  },
  failuresOfClient: {
    tag: report.tag,
    method: 'get',
    id: 'listClientFailures',
    path: `${PROJECT}/oauth_clients/:id/failures`,
    record: recordId('client'),
    summary: 'List the newest failure of a client with each error code, with what to do about it.',
    authorization: { permission: 'clients.read', at: 'project' },
    status: 200,
    response: clientFailurePage,
  },
} satisfies Record<string, Operation>;

/** Usage reports: of a client, a project, an organization. */
export const usageRoutes = routeGroup(OPERATIONS, (dependencies: UsageRoutesDependencies) => {
  const { clientFailures, clients, usageReports } = dependencies;
  const answer = async (query: QueryValues<typeof SPAN>, scope: UsageScope) => ({
    body: reportWire(await usageReports.report(scope, spanFrom(query))),
  });
  return {
    ofClient: async ({ tenant, key, query }) =>
      answer(query, { clientRowId: (await clients.get(tenant, key)).id }),
    ofProject: ({ tenant: { projectId }, query }) => answer(query, { projectId }),
    ofOrganization: ({ tenant: { orgId }, query }) => answer(query, { orgId }),
    hoursOfClient: async ({ tenant, key }) => {
      const clientRowId = (await clients.get(tenant, key)).id;
      return { body: hourlyWire(await usageReports.hourly({ clientRowId })) };
    },
    hoursOfProject: async ({ tenant: { projectId } }) => ({
      body: hourlyWire(await usageReports.hourly({ projectId })),
    }),
    failuresOfClient: async ({ tenant, key }) => {
      const data = await clientFailures.ofClient((await clients.get(tenant, key)).id);
      return { body: pageResponse({ data, nextCursor: null }, (failure) => toSnake(failure)) };
    },
  };
});
