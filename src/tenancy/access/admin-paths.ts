import type { RouterMiddleware } from '@koa/router';
import type { AccessService } from './access.service.js';
import type { Permission } from './permissions.js';
import type { AdminState } from '../admin-tokens/verify-admin-token.js';
import type { OrganizationTenant, ProjectTenant } from '../tenants/tenant.js';

export const ORGANIZATIONS = '/admin/v1/orgs';
export const ORGANIZATION = `${ORGANIZATIONS}/:org`;
export const PROJECTS = `${ORGANIZATION}/projects`;
export const PROJECT = `${PROJECTS}/:project`;

/** The bodies that PATCH takes. */
export const PATCH_TYPES = ['application/merge-patch+json', 'application/json'];

/** What a handler of the admin API is given. */
export type AdminContext = Parameters<RouterMiddleware<AdminState>>[0];

/** Enters the organization that the path names; see `AccessService.enter`. */
export function enterOrganization(
  access: AccessService,
  { params, state }: AdminContext,
  permission: Permission,
): Promise<OrganizationTenant> {
  return access.enter(state.caller, params['org'] ?? '', undefined, permission);
}

/** Enters the project that the path names; see `AccessService.enter`. */
export function enterProject(
  access: AccessService,
  { params, state }: AdminContext,
  permission: Permission,
): Promise<ProjectTenant> {
  return access.enter(state.caller, params['org'] ?? '', params['project'] ?? '', permission);
}
