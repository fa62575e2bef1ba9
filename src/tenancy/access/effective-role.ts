import type { NamedTenant, RoleAssignment, TenantWithRoles } from './access.repository.js';
import type { ClaimedRole } from './caller.js';
import { type EffectiveRole, strongest } from './permissions.js';

/**
 * The effective role of a caller in an organization or a project: the strongest that any of their role assignments
 * gives there. Undefined without one; such a caller must not learn that the tenant exists.
 *
 * | The role is assigned in   | Effective in the organization         | Effective in a project of it |
 * | ------------------------- | ------------------------------------- | ---------------------------- |
 * | the installation          | `installation`                        | `installation`               |
 * | the organization          | the role                              | the role                     |
 * | that project              | `guest`, or `member` for a `member`   | the role                     |
 * | another project of it     | `guest`, or `member` for a `member`   | none                         |
 */
export function effectiveRoleIn(
  tenant: TenantWithRoles,
  claims: readonly ClaimedRole[],
): EffectiveRole | undefined {
  const claimed = claims.flatMap((claim) => assignmentFromClaim(tenant, claim) ?? []);
  return strongest([...tenant.roles, ...claimed].flatMap((role) => effectiveRoleFrom(role, tenant) ?? []));
}

/**
 * The role assignment that a claim stands for, as far as it concerns the organization of this tenant. A claim names
 * organizations and projects by id or slug.
 *
 * | The claim names                              | The role is assigned in               |
 * | -------------------------------------------- | ------------------------------------- |
 * | nothing                                      | the installation                      |
 * | the organization                             | the organization                      |
 * | the organization and the project of `tenant` | that project                          |
 * | the organization and another project         | that project, by the name in the claim |
 * | another organization                         | undefined: nothing here               |
 */
function assignmentFromClaim(
  tenant: NamedTenant,
  { org, project, role }: ClaimedRole,
): RoleAssignment | undefined {
  if (org === undefined) return { orgId: null, projectId: null, role };
  const { orgId, orgSlug, projectId, projectSlug } = tenant;
  if (!isNamed(org, orgId, orgSlug)) return undefined;
  if (project === undefined) return { orgId, projectId: null, role };
  return { orgId, projectId: isNamed(project, projectId, projectSlug) ? projectId : project, role };
}

/**
 * The role assignments that claims stand for in all of these tenants, which are the ones that the claims name. A claim on
 * a project counts only where that project was found; a claim on what does not exist counts for nothing.
 */
export function assignmentsFromClaims(
  tenants: readonly NamedTenant[],
  claims: readonly ClaimedRole[],
): RoleAssignment[] {
  return claims.flatMap((claim) => {
    if (claim.org === undefined) return [{ orgId: null, projectId: null, role: claim.role }];
    return tenants.flatMap((tenant) => {
      const assignment = assignmentFromClaim(tenant, claim);
      const found = assignment?.projectId === null || assignment?.projectId === tenant.projectId;
      return assignment && found ? [assignment] : [];
    });
  });
}

function effectiveRoleFrom(
  assigned: RoleAssignment,
  tenant: { projectId: string | null },
): EffectiveRole | undefined {
  if (assigned.orgId === null) return 'installation';
  if (assigned.projectId === null || assigned.projectId === tenant.projectId) return assigned.role;
  return tenant.projectId === null ? roleInParent(assigned.role) : undefined;
}

/** What a role in one project gives in its organization. */
function roleInParent(role: RoleAssignment['role']): EffectiveRole {
  return role === 'member' ? 'member' : 'guest';
}

function isNamed(name: string, id: string | null, slug: string | null): boolean {
  return name.toLowerCase() === id || name === slug;
}
