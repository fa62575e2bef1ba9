import { pageResponse } from '../../platform/paging/page-response.js';
import { PAGE, pageRequestOf } from '../../platform/paging/query.js';
import { recordToWire } from '../../platform/wire/record-version.js';
import type { AccessService } from '../access/access.service.js';
import type { Operation } from '../operations/operation.js';
import { ORGANIZATION, ORGANIZATIONS } from '../operations/paths.js';
import { routeGroup } from '../operations/route-group.js';
import type { Organization, OrganizationsService } from './organizations.service.js';
import { organizationPage, organizationResponse } from '../tenants/tenant-response.schema.js';
import { newOrganization, organizationPatch } from '../tenants/tenant-request.schema.js';

/** What the routes of organizations need. `issuer` is the origin of the URLs in responses. */
export interface OrganizationRoutesDependencies {
  issuer: string;
  access: AccessService;
  organizations: OrganizationsService;
}

const MAX_BYTES = 16 * 1024;
const SLUG_TAKEN = 'The slug is taken.';
const common = {
  tag: { name: 'organizations', description: 'Owners of clients, through their projects.' },
} as const;

const OPERATIONS = {
  list: {
    ...common,
    id: 'listOrganizations',
    method: 'get',
    path: ORGANIZATIONS,
    summary: 'List the organizations that the caller has a role in, newest first.',
    authorization: { permission: 'tenants.read', at: 'any role' },
    query: PAGE,
    status: 200,
    response: organizationPage,
  },
  create: {
    ...common,
    id: 'createOrganization',
    method: 'post',
    path: ORGANIZATIONS,
    summary: 'Create an organization.',
    authorization: { permission: 'tenants.write', at: 'installation' },
    request: { schema: newOrganization, maxBytes: MAX_BYTES },
    status: 201,
    response: organizationResponse,
    versioned: true,
    conflict: SLUG_TAKEN,
  },
  get: {
    ...common,
    id: 'getOrganization',
    method: 'get',
    path: ORGANIZATION,
    summary: 'Read an organization.',
    authorization: { permission: 'tenants.visit', at: 'organization' },
    status: 200,
    response: organizationResponse,
    versioned: true,
  },
  update: {
    ...common,
    id: 'updateOrganization',
    method: 'patch',
    path: ORGANIZATION,
    summary: 'Change an organization.',
    authorization: { permission: 'tenants.write', at: 'organization' },
    request: { schema: organizationPatch, maxBytes: MAX_BYTES },
    status: 200,
    response: organizationResponse,
    versioned: true,
    conflict: SLUG_TAKEN,
  },
  delete: {
    ...common,
    id: 'deleteOrganization',
    freshSignIn: true,
    method: 'delete',
    path: ORGANIZATION,
    summary: 'Delete an organization and every role in it.',
    authorization: { permission: 'tenants.write', at: 'organization' },
    status: 204,
    versioned: true,
    conflict: 'A project of it still has clients.',
  },
} satisfies Record<string, Operation>;

/** Organizations: owners of the installation create them, their own owners change them. */
export const organizationRoutes = routeGroup(
  OPERATIONS,
  ({ issuer, access, organizations }: OrganizationRoutesDependencies) => {
    const toWire = (record: Organization) => ({
      ...recordToWire(record),
      url: `${issuer}${ORGANIZATIONS}/${record.id}`,
    });
    const answer = (record: Organization) => ({ version: record.version, body: toWire(record) });
    return {
      list: async ({ caller, query }) => {
        const { limit, cursor } = pageRequestOf(query);
        const visible = await access.visibleTenants(caller);
        return { body: pageResponse(await organizations.list(visible, limit, cursor), toWire) };
      },
      create: async ({ actor, body }) => answer(await organizations.create(actor, body)),
      get: async ({ tenant }) => answer(await organizations.get(tenant.orgId)),
      update: async ({ actor, tenant, body, ifMatch }) =>
        answer(await organizations.update(actor, tenant.orgId, body, ifMatch)),
      delete: async ({ actor, tenant, ifMatch }) => {
        await organizations.delete(actor, tenant.orgId, ifMatch);
        return {};
      },
    };
  },
);
