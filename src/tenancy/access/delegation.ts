import type { RoleAssignment } from './access.repository.js';

/** Where tokens of people that a client obtained may act in the admin API: in the client's project, or further. */
export const ADMIN_REACHES = ['project', 'organization', 'installation'] as const;
export type AdminReach = (typeof ADMIN_REACHES)[number];

/** Whether the one goes beyond the other. */
export function isWider(one: AdminReach, other: AdminReach): boolean {
  return ADMIN_REACHES.indexOf(one) > ADMIN_REACHES.indexOf(other);
}

/** The client through which a person calls the admin API, as far as it restricts what the token may do. */
export interface Delegation {
  orgId: string;
  projectId: string;
  reach: AdminReach;
}

/**
 * The roles of a person that count in a token of the client: those within its reach. A role that goes further counts as
 * the same role within the reach, and the role of an owner of the installation as that of an owner.
 */
export function confine(
  roles: readonly RoleAssignment[],
  delegation: Delegation | undefined,
): RoleAssignment[] {
  if (!delegation || delegation.reach === 'installation') return [...roles];
  const { orgId, projectId, reach } = delegation;
  return roles.flatMap((assigned): RoleAssignment[] => {
    if (assigned.orgId !== null && assigned.orgId !== orgId) return [];
    if (reach === 'organization') return [{ ...assigned, orgId }];
    if (assigned.projectId !== null && assigned.projectId !== projectId) return [];
    return [{ orgId, projectId, role: assigned.role }];
  });
}
