/** The scopes of the admin API. */
export const ADMIN_SCOPES = [
  'clients.read',
  'clients.write',
  'tenants.read',
  'tenants.write',
  'catalogue.write',
  'audit.read',
  'accounts.read',
  'accounts.write',
  'installation.read',
  'installation.write',
] as const;
/** A scope of the admin API. */
export type AdminScope = (typeof ADMIN_SCOPES)[number];

/** The roles in an organization or a project, weakest first. */
export const ROLES = ['member', 'viewer', 'admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** What a request needs: one of the scopes, or `tenants.visit`, which is reading an organization through a project role. */
export type Permission = AdminScope | 'tenants.visit';

/**
 * What a caller is in an organization or a project, weakest first: a role there; `guest` of an organization, with a role
 * only in one of its projects; `installation`, an owner of the whole installation.
 */
const EFFECTIVE_ROLES = ['member', 'guest', 'viewer', 'admin', 'owner', 'installation'] as const;
export type EffectiveRole = (typeof EFFECTIVE_ROLES)[number];

/** Permissions on what belongs to no organization. */
const INSTALLATION_ONLY: readonly Permission[] = [
  'catalogue.write',
  'accounts.read',
  'accounts.write',
  'installation.read',
  'installation.write',
];

const allowing = (allows: (scope: AdminScope) => boolean): ReadonlySet<Permission> =>
  new Set<Permission>(['tenants.visit', ...ADMIN_SCOPES.filter(allows)]);

const PERMISSIONS: Readonly<Record<EffectiveRole, ReadonlySet<Permission>>> = {
  member: new Set(),
  guest: allowing(() => false),
  viewer: allowing((scope) => scope.endsWith('.read') && !isInstallationOnly(scope)),
  admin: allowing(
    (scope) => (scope.endsWith('.read') || scope.startsWith('clients.')) && !isInstallationOnly(scope),
  ),
  owner: allowing((scope) => !isInstallationOnly(scope)),
  installation: allowing(() => true),
};

/** Whether only owners of the whole installation have the permission. */
export function isInstallationOnly(permission: Permission): boolean {
  return INSTALLATION_ONLY.includes(permission);
}

/** The scope that a token needs for the permission. */
export function scopeFor(permission: Permission): AdminScope {
  return permission === 'tenants.visit' ? 'tenants.read' : permission;
}

/** Whether the role has the permission, whatever the token says. */
export function allows(role: EffectiveRole, permission: Permission): boolean {
  return PERMISSIONS[role].has(permission);
}

/** The strongest of these roles; undefined for none. */
export function strongest(roles: readonly EffectiveRole[]): EffectiveRole | undefined {
  return EFFECTIVE_ROLES.findLast((role) => roles.includes(role));
}

/** The weakest role that has the permission; undefined when it takes an owner of the installation. */
export function weakestRole(permission: Permission): Role | undefined {
  return ROLES.find((role) => allows(role, permission));
}
