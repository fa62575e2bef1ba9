import { pageResponse } from '../../platform/paging/page-response.js';
import { PAGE, pageRequestOf } from '../../platform/paging/query.js';
import { recordToWire } from '../../platform/wire/record-version.js';
import type { AccessService } from '../access/access.service.js';
import type { Operation } from '../operations/operation.js';
import { ORGANIZATIONS, PROJECT, PROJECTS } from '../operations/paths.js';
import { routeGroup } from '../operations/route-group.js';
import type { Project, ProjectsService } from './projects.service.js';
import { projectPage, projectResponse } from '../tenants/tenant-response.schema.js';
import { newProject, projectPatch } from '../tenants/tenant-request.schema.js';

/** What the routes of projects need. `issuer` is the origin of the URLs in responses. */
export interface ProjectRoutesDependencies {
  issuer: string;
  access: AccessService;
  projects: ProjectsService;
}

const MAX_BYTES = 16 * 1024;
const SLUG_TAKEN = 'The slug is taken.';
const common = {
  tag: { name: 'projects', description: 'Parts of organizations, each with clients of its own.' },
} as const;

const OPERATIONS = {
  list: {
    ...common,
    id: 'listProjects',
    method: 'get',
    path: PROJECTS,
    summary: 'List the projects of an organization, newest first.',
    authorization: { permission: 'tenants.visit', at: 'organization' },
    query: PAGE,
    status: 200,
    response: projectPage,
  },
  create: {
    ...common,
    id: 'createProject',
    method: 'post',
    path: PROJECTS,
    summary: 'Create a project.',
    authorization: { permission: 'tenants.write', at: 'organization' },
    request: { schema: newProject, maxBytes: MAX_BYTES },
    status: 201,
    response: projectResponse,
    versioned: true,
    conflict: SLUG_TAKEN,
  },
  get: {
    ...common,
    id: 'getProject',
    method: 'get',
    path: PROJECT,
    summary: 'Read a project.',
    authorization: { permission: 'tenants.read', at: 'project' },
    status: 200,
    response: projectResponse,
    versioned: true,
  },
  update: {
    ...common,
    id: 'updateProject',
    method: 'patch',
    path: PROJECT,
    summary: 'Change a project.',
    authorization: { permission: 'tenants.write', at: 'project' },
    request: { schema: projectPatch, maxBytes: MAX_BYTES },
    status: 200,
    response: projectResponse,
    versioned: true,
    conflict: SLUG_TAKEN,
  },
  delete: {
    ...common,
    id: 'deleteProject',
    freshSignIn: true,
    method: 'delete',
    path: PROJECT,
    summary: 'Delete a project and every role in it.',
    authorization: { permission: 'tenants.write', at: 'project' },
    status: 204,
    versioned: true,
    conflict: 'It still has clients; a deleted one counts for as long as it can be restored.',
  },
} satisfies Record<string, Operation>;

/** Projects. A caller with roles in only some projects of an organization sees those. */
export const projectRoutes = routeGroup(
  OPERATIONS,
  ({ issuer, access, projects }: ProjectRoutesDependencies) => {
    const toWire = (record: Project) => ({
      ...recordToWire(record),
      url: `${issuer}${ORGANIZATIONS}/${record.orgId}/projects/${record.id}`,
    });
    const answer = (record: Project) => ({ version: record.version, body: toWire(record) });
    return {
      list: async ({ caller, tenant, query }) => {
        const { limit, cursor } = pageRequestOf(query);
        const visible = await access.visibleTenants(caller);
        return { body: pageResponse(await projects.list(tenant, visible, limit, cursor), toWire) };
      },
      create: async ({ actor, tenant, body }) => answer(await projects.create(actor, tenant, body)),
      get: async ({ tenant }) => answer(await projects.get(tenant)),
      update: async ({ actor, tenant, body, ifMatch }) =>
        answer(await projects.update(actor, tenant, body, ifMatch)),
      delete: async ({ actor, tenant, ifMatch }) => {
        await projects.delete(actor, tenant, ifMatch);
        return {};
      },
    };
  },
);
