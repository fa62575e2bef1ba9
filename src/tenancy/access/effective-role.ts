import type { RoleAssignment, NamedTenant, TenantWithRoles } from './access.repository.js';
import type { ClaimedRole } from './caller.js';
import { strongest, type EffectiveRole } from './permissions.js';

/**
 * How somebody stands at a place: the best of what they hold there or above it. Undefined for whoever has no business
 * there, who must not learn that it exists.
 */
export function effectiveRoleIn(
  place: TenantWithRoles,
  claimed: readonly ClaimedRole[],
): EffectiveRole | undefined {
  const roles = [...place.roles, ...claimed.flatMap((claim) => assignmentFromClaim(place, claim) ?? [])];
  return roles.reduce<EffectiveRole | undefined>((best, held) => {
    const standing = effectiveRoleFrom(held, place);
    return standing === undefined ? best : strongest(best, standing);
  }, undefined);
}

/** The role that a claim stands for in the organization of this place, in its terms; undefined for other ones. */
export function assignmentFromClaim(
  place: NamedTenant,
  { org, project, role }: ClaimedRole,
): RoleAssignment | undefined {
  if (org === undefined) return { orgId: null, projectId: null, role };
  if (!isNamed(org, place.orgId, place.orgSlug)) return undefined;
  if (project === undefined) return { orgId: place.orgId, projectId: null, role };
  const here = isNamed(project, place.projectId, place.projectSlug);
  return { orgId: place.orgId, projectId: here ? place.projectId : project, role };
}

function effectiveRoleFrom(
  { orgId, projectId, role }: RoleAssignment,
  place: TenantWithRoles,
): EffectiveRole | undefined {
  if (orgId === null) return 'installation';
  if (projectId === null || projectId === place.projectId) return role;
  if (place.projectId !== null) return undefined;
  return role === 'member' ? 'member' : 'guest';
}

function isNamed(name: string, id: string | null, slug: string | null): boolean {
  return name.toLowerCase() === id || name === slug;
}
