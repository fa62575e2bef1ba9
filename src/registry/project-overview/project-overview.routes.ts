import type { AccessService } from '../../tenancy/access/access.service.js';
import type { Operation } from '../../tenancy/operations/operation.js';
import { PROJECT } from '../../tenancy/operations/paths.js';
import { routeGroup } from '../../tenancy/operations/route-group.js';
import { overviewWire, projectOverview } from './project-overview.schema.js';
import { INSTALLATION_TENANT } from '../../tenancy/tenants/tenant.js';
import type { ProjectOverviewService } from './project-overview.service.js';

/** What the route of a project's overview needs. */
export interface ProjectOverviewRoutesDependencies {
  access: AccessService;
  projectOverview: ProjectOverviewService;
}

const OPERATIONS = {
  overview: {
    id: 'getProjectOverview',
    tag: { name: 'usage', description: 'What clients were used for, by day.' },
    method: 'get',
    path: `${PROJECT}/overview`,
    summary: 'Report the usage of 30 days and 48 hours, and what needs an operator.',
    authorization: { permission: 'clients.read', at: 'project' },
    status: 200,
    response: projectOverview,
  },
} satisfies Record<string, Operation>;

/** What the console shows first of a project. */
export const projectOverviewRoutes = routeGroup(
  OPERATIONS,
  ({ access, projectOverview: overviews }: ProjectOverviewRoutesDependencies) => ({
    overview: async ({ caller, tenant: { projectId } }) => {
      const withNodes = await access.may(caller, INSTALLATION_TENANT, 'installation.read');
      return { body: overviewWire(await overviews.of(projectId, withNodes)) };
    },
  }),
);
