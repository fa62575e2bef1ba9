/** The scopes of our own admin API. */
export const ADMIN_SCOPES = [
  'clients.read',
  'clients.write',
  'tenants.read',
  'tenants.write',
  'catalogue.write',
  'audit.read',
] as const;
/** What the admin API lets a token do. */
export type AdminScope = (typeof ADMIN_SCOPES)[number];

/** What somebody can be in an organization or a project, weakest first. */
export const ROLES = ['member', 'viewer', 'admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** What a request needs: a scope's worth, or merely to look at an organization from the door of one of its projects. */
export type Permission = AdminScope | 'tenants.visit';

/**
 * How somebody stands at a place, weakest first: by their role there; as a `guest` of an organization, with a role only
 * in one of its projects; or as an owner of the whole installation.
 */
const EFFECTIVE_ROLES = ['member', 'guest', 'viewer', 'admin', 'owner', 'installation'] as const;
export type EffectiveRole = (typeof EFFECTIVE_ROLES)[number];

/** What belongs to no organization. */
const INSTALLATION_ONLY: readonly AdminScope[] = ['catalogue.write'];

const allowing = (allows: (scope: AdminScope) => boolean): ReadonlySet<Permission> =>
  new Set<Permission>(['tenants.visit', ...ADMIN_SCOPES.filter(allows)]);

const PERMISSIONS: Readonly<Record<EffectiveRole, ReadonlySet<Permission>>> = {
  member: new Set(),
  guest: allowing(() => false),
  viewer: allowing((scope) => scope.endsWith('.read')),
  admin: allowing((scope) => scope.endsWith('.read') || scope.startsWith('clients.')),
  owner: allowing((scope) => !INSTALLATION_ONLY.includes(scope)),
  installation: allowing(() => true),
};

/** The scope that a token needs for the permission. */
export function scopeFor(permission: Permission): AdminScope {
  return permission === 'tenants.visit' ? 'tenants.read' : permission;
}

/** Whether somebody who stands like this has the permission, whatever their token says. */
export function allows(standing: EffectiveRole, permission: Permission): boolean {
  return PERMISSIONS[standing].has(permission);
}

/** The better of two standings. */
export function strongest(one: EffectiveRole | undefined, other: EffectiveRole): EffectiveRole {
  return one !== undefined && EFFECTIVE_ROLES.indexOf(one) > EFFECTIVE_ROLES.indexOf(other) ? one : other;
}

/** The weakest role that has the permission; undefined when it takes an owner of the installation. */
export function weakestRole(permission: Permission): Role | undefined {
  return ROLES.find((role) => allows(role, permission));
}
