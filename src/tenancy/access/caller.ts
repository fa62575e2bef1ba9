import type { Acr } from '../../identity/second-factors/authentication-level.js';
import type { TenantName } from '../tenants/tenant.js';
import type { NamedTenant, RoleAssignment, TenantWithRoles } from './access.repository.js';
import type { Delegation } from './delegation.js';
import type { Role } from './permissions.js';

/** A role from the claims of a token; without an organization it is one in the installation. */
export interface ClaimedRole {
  /** Id or slug. */
  org: string | undefined;
  /** Id or slug, within the organization. */
  project: string | undefined;
  role: Role;
}

/** When and how a person signed in. */
export interface SignIn {
  /** Seconds since the epoch. */
  authTime: number;
  acr: Acr;
  /** Whether the account has something beside the password to sign in with. */
  hasSecondFactor: () => Promise<boolean>;
}

/** All roles of a subject in the database, and the tenant that a request names, as they were read for that request. */
export interface KnownRoles {
  roles: readonly RoleAssignment[];
  /** Undefined when the request names none, or one that the subject may not read. */
  tenant: NamedTenant | undefined;
}

/** Who calls the admin API, according to the token. Roles in the database are added to `claimedRoles`. */
export interface Caller {
  subject: string;
  scopes: ReadonlySet<string>;
  claimedRoles: readonly ClaimedRole[];
  /** The client that a person's token was issued to; undefined when no client restricts the token. */
  delegation?: Delegation;
  /** The sign-in that a client's token of a person is from; undefined for other tokens. */
  signIn?: SignIn;
  /** Spares reading the roles again. Not for requests that change something, which may wait for their body in between. */
  known?: KnownRoles;
}

/** The tenant with the roles of the caller, if it is the one that is known already. */
export function knownTenant(
  { known }: Caller,
  org: TenantName,
  project: TenantName | undefined,
): TenantWithRoles | undefined {
  const { tenant } = known ?? {};
  if (!known || !tenant || !isNamed(org, tenant.orgId, tenant.orgSlug)) return undefined;
  if (project && !isNamed(project, tenant.projectId, tenant.projectSlug)) return undefined;
  const roles = known.roles.filter(({ orgId }) => orgId === null || orgId === tenant.orgId);
  return { ...tenant, ...(project ? {} : { projectId: null, projectSlug: null }), roles };
}

function isNamed(name: TenantName, id: string | null, slug: string | null): boolean {
  return 'id' in name ? name.id === id : name.slug === slug;
}
