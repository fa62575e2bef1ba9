import { canonicalEmail, isEmail } from '../../identity/accounts/email-and-password-rules.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import {
  INSTALLATION_TENANT,
  type InstallationTenant,
  type OrganizationTenant,
  type ProjectTenant,
  type Tenant,
  type TenantName,
  tenantName,
} from '../tenants/tenant.js';
import type { AccessRepository, RoleAssignment, TenantWithRoles } from './access.repository.js';
import { type Caller, knownTenant } from './caller.js';
import { checkPermission, forbiddenAs, OWNERS_ONLY, requireScope } from './checks.js';
import { type AdminReach, confine } from './delegation.js';
import { assignmentsFromClaims, effectiveRoleIn } from './effective-role.js';
import {
  ADMIN_SCOPES,
  isInstallationOnly,
  allows,
  type EffectiveRole,
  type Permission,
  scopeFor,
} from './permissions.js';
import { accountSubject, emailSubject } from './subjects.js';

/** The tenants that a caller may read: all, or whole organizations and single projects, by id. */
export type VisibleTenants =
  'everything' | { organizations: ReadonlySet<string>; projects: ReadonlyMap<string, { orgId: string }> };

/**
 * What callers of the admin API may do: what both the scopes of their token and their role in the tenant allow. Roles are
 * read from the database for each request, so that a revoked role has no effect on the next one.
 */
export class AccessService {
  constructor(private readonly repository: AccessRepository) {}

  /**
   * Finds the project that a path names by ids or slugs. Throws AppError `not_found` when the caller has no role there,
   * exactly as if it did not exist; `forbidden` when the role lacks the permission; and, when only the token lacks the
   * scope, `forbidden` with that scope.
   */
  async authorizeProject(
    caller: Caller,
    org: string,
    project: string,
    permission: Permission,
  ): Promise<ProjectTenant> {
    const names = [tenantName(org), tenantName(project)] as const;
    const found = names[0] && names[1] && (await this.#find(caller, names[0], names[1]));
    const role = found && this.#effectiveRole(found, caller);
    if (!found?.projectId || !role) throw notFound('project');
    checkPermission(caller, role, permission);
    return { orgId: found.orgId, projectId: found.projectId };
  }

  /** Finds the organization that a path names by its id or slug. Throws as `authorizeProject` does. */
  async authorizeOrganization(
    caller: Caller,
    org: string,
    permission: Permission,
  ): Promise<OrganizationTenant> {
    const name = tenantName(org);
    const found = name && (await this.#find(caller, name, undefined));
    const role = found && this.#effectiveRole(found, caller);
    if (!found || !role) throw notFound('organization');
    checkPermission(caller, role, permission);
    return { orgId: found.orgId, projectId: null };
  }

  /**
   * Admits the owners of the installation, for what belongs to no organization. Throws AppError `not_found` when the
   * caller has no role anywhere, and `forbidden` as `authorizeProject` does.
   */
  async authorizeInstallation(caller: Caller, permission: Permission): Promise<InstallationTenant> {
    const assigned = await this.#rolesOf(caller);
    if (assigned.length === 0) throw notFound('resource');
    if (assigned.every(({ orgId }) => orgId !== null)) throw new AppError('forbidden', OWNERS_ONLY);
    checkPermission(caller, 'installation', permission);
    return INSTALLATION_TENANT;
  }

  /** Admits every caller whose token has the scope of the permission. Throws AppError `forbidden`. */
  authorizeAnyRole(caller: Caller, permission: Permission): void {
    requireScope(caller, scopeFor(permission));
  }

  /** What lists may show the caller. */
  async visibleTenants(caller: Caller): Promise<VisibleTenants> {
    const assigned = await this.#rolesOf(caller);
    if (assigned.some(({ orgId }) => orgId === null)) return 'everything';
    const organizations = new Set<string>();
    const projects = new Map<string, { orgId: string }>();
    for (const { orgId, projectId, role } of assigned) {
      if (orgId === null || !allows(role, 'tenants.read')) continue;
      if (projectId === null) organizations.add(orgId);
      else projects.set(projectId, { orgId });
    }
    return { organizations, projects };
  }

  /**
   * Authorizes a change of a client, on top of `clients.write`. Who can make secrets or keys for a client can act with
   * its roles and scopes, so the caller needs the right to assign those; `added` are scopes that the change gives it.
   * Throws AppError `forbidden`.
   */
  async authorizeClientChange(
    caller: Caller,
    tenant: ProjectTenant,
    clientRowId: string,
    added: readonly unknown[] = [],
  ): Promise<void> {
    const { scopes, reach } = await this.repository.delegationOfClient(tenant.projectId, clientRowId);
    await this.authorizeScopes(caller, tenant, [...scopes, ...added], reach);
    const assigned = await this.repository.rolesOfClient(tenant.projectId, clientRowId);
    if (assigned.length === 0) return;
    const explanation =
      'This client holds a role itself, so changing it takes the right to hand out that role.';
    await forbiddenAs(explanation, () => {
      if (assigned.some(({ orgId }) => orgId === null))
        return this.authorizeInstallation(caller, 'tenants.write');
      if (assigned.some(({ projectId }) => projectId === null))
        return this.authorizeOrganization(caller, tenant.orgId, 'tenants.write');
      return this.authorizeProject(caller, tenant.orgId, tenant.projectId, 'tenants.write');
    });
  }

  /**
   * Authorizes making a client with scopes of the admin API: people who sign in through the client delegate their own
   * permissions to it, so the caller needs each of those permissions. Returns the widest tenant in which the caller has
   * all of them, beyond which tokens of the client do not act. Other scopes are ignored. Throws AppError `forbidden`.
   */
  async authorizeNewClient(
    caller: Caller,
    tenant: ProjectTenant,
    scopes: readonly unknown[],
  ): Promise<AdminReach> {
    await this.authorizeScopes(caller, tenant, scopes, 'project');
    const permissions = ADMIN_SCOPES.filter((scope) => scopes.includes(scope));
    if (permissions.length === 0) return 'project';
    const organization = await this.#find(caller, { id: tenant.orgId }, undefined);
    const role = organization && this.#effectiveRole(organization, caller);
    if (role === 'installation') return 'installation';
    return role && permissions.every((permission) => allows(role, permission)) ? 'organization' : 'project';
  }

  /**
   * Authorizes that a client has these scopes, as far as they are of the admin API, and acts with them in its project, its
   * organization or the installation: the caller needs each permission in all of that. Throws AppError `forbidden`.
   */
  async authorizeScopes(
    caller: Caller,
    { orgId, projectId }: ProjectTenant,
    scopes: readonly unknown[],
    reach: AdminReach,
  ): Promise<void> {
    for (const permission of ADMIN_SCOPES.filter((scope) => scopes.includes(scope))) {
      const explanation =
        `A client with the scope ${permission} can be made or changed only by a caller with that permission ` +
        `in all that it can act on${reach === 'project' ? '' : `, here the whole ${reach}`}.`;
      await forbiddenAs(explanation, () => {
        if (reach === 'installation' || isInstallationOnly(permission))
          return this.authorizeInstallation(caller, permission);
        if (reach === 'organization') return this.authorizeOrganization(caller, orgId, permission);
        return this.authorizeProject(caller, orgId, projectId, permission);
      });
    }
  }

  /**
   * Admits the owners of the installation, to make a client for which people are not asked for consent. Throws AppError
   * `forbidden`.
   */
  authorizeFirstParty(caller: Caller): Promise<void> {
    const explanation =
      'Only an owner of the whole installation may set first_party, or change redirect URIs, grants, scopes or keys of such a client.';
    return forbiddenAs(explanation, () => this.authorizeInstallation(caller, 'clients.write'));
  }

  /**
   * Authorizes a change of what an account signs in with, on top of `accounts.write`. Who can set the password of an account
   * can act with its roles, so the caller needs the right to assign those. Throws AppError `forbidden`.
   */
  async authorizeAccountChange(caller: Caller, accountId: string): Promise<void> {
    const assigned = await this.repository.rolesOf(accountSubject(accountId));
    if (assigned.length === 0) return;
    const explanation =
      'This account holds a role, so changing what it signs in with takes the right to hand out that role.';
    await forbiddenAs(explanation, () => this.authorizeInstallation(caller, 'tenants.write'));
  }

  /**
   * Authorizes that an account gets this e-mail address, or has it verified, on top of `accounts.write`: roles that were
   * given to the address become the account's. Throws AppError `forbidden`.
   */
  async authorizeAddress(caller: Caller, email: string): Promise<void> {
    const canonical = canonicalEmail(email);
    // What is no address is refused as such, and may hold what PostgreSQL cannot be asked for.
    if (!isEmail(canonical)) return;
    const assigned = await this.repository.rolesOf(emailSubject(canonical));
    if (assigned.length === 0) return;
    const explanation =
      'A role was given to this e-mail address, so making it the address of an account takes the right to hand out that role.';
    await forbiddenAs(explanation, () => this.authorizeInstallation(caller, 'tenants.write'));
  }

  /** Whether the caller has the permission in the tenant. */
  async may(caller: Caller, { orgId, projectId }: Tenant, permission: Permission): Promise<boolean> {
    try {
      if (orgId === null) await this.authorizeInstallation(caller, permission);
      else if (projectId === null) await this.authorizeOrganization(caller, orgId, permission);
      else await this.authorizeProject(caller, orgId, projectId, permission);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.kind !== 'unavailable') return false;
      throw error;
    }
  }

  /** Whether the account has any role in the organization, in one of its projects, or in the installation. */
  isMember(accountId: string, orgId: string): Promise<boolean> {
    return this.repository.isMember(accountSubject(accountId), orgId);
  }

  /** Every role of the caller: those in the database, and those that claims of the token stand for. */
  async #rolesOf({ subject, claimedRoles, delegation, known }: Caller): Promise<RoleAssignment[]> {
    const names = (pick: 'org' | 'project') =>
      claimedRoles.flatMap((claim) => tenantName(claim[pick] ?? '') ?? []);
    const [stored, tenants] = await Promise.all([
      known?.roles ?? this.repository.rolesOf(subject),
      claimedRoles.length === 0 ? [] : this.repository.findNamed(names('org'), names('project')),
    ]);
    return [...confine(stored, delegation), ...assignmentsFromClaims(tenants, claimedRoles)];
  }

  async #find(caller: Caller, org: TenantName, project: TenantName | undefined) {
    return knownTenant(caller, org, project) ?? (await this.repository.find(caller.subject, org, project));
  }

  #effectiveRole(tenant: TenantWithRoles, { claimedRoles, delegation }: Caller): EffectiveRole | undefined {
    const roles = confine(tenant.roles, delegation).filter(
      ({ orgId }) => orgId === null || orgId === tenant.orgId,
    );
    return effectiveRoleIn({ ...tenant, roles }, claimedRoles);
  }
}
