import { AppError, notFound } from '../../platform/errors/errors.js';
import { tenantName, type OrganizationTenant, type ProjectTenant } from '../tenants/tenant.js';
import type { AccessRepository, RoleAssignment } from './access.repository.js';
import type { Caller } from './caller.js';
import {
  ADMIN_SCOPES,
  type AdminScope,
  allows,
  type Permission,
  scopeFor,
  type EffectiveRole,
  weakestRole,
} from './permissions.js';
import { assignmentFromClaim, effectiveRoleIn } from './effective-role.js';
import { accountSubject } from './subjects.js';

/** What somebody may look at: everything, or whole organizations and single projects, by id. */
export type VisibleTenants =
  'everything' | { organizations: ReadonlySet<string>; projects: ReadonlyMap<string, { orgId: string }> };

/**
 * What callers of the admin API may do: what both their token's scopes and their role in that place allow. Everything
 * is read from the database for each request, so that a role that was taken away is gone with the next one.
 */
export class AccessService {
  constructor(private readonly repository: AccessRepository) {}

  /**
   * Finds a project, or without a project's name an organization, by the ids or slugs in a path. Throws AppError
   * `not_found` for whoever has no role there, exactly as if it were not there; `forbidden` when the role does not
   * allow what is asked; and, only when the role would, `forbidden` with the scope that the token lacks.
   */
  enter(caller: Caller, org: string, project: string, permission: Permission): Promise<ProjectTenant>;
  enter(caller: Caller, org: string, project: undefined, permission: Permission): Promise<OrganizationTenant>;
  enter(
    caller: Caller,
    org: string,
    project: string | undefined,
    permission: Permission,
  ): Promise<ProjectTenant | OrganizationTenant>;
  async enter(caller: Caller, org: string, project: string | undefined, permission: Permission) {
    const names = [tenantName(org), project === undefined ? undefined : tenantName(project)] as const;
    const wellFormed = names[0] && (project === undefined || names[1]);
    const place = wellFormed && (await this.repository.find(caller.subject, names[0], names[1]));
    const standing = place && effectiveRoleIn(place, caller.claimedRoles);
    if (!place || !standing) throw notFound(project === undefined ? 'organization' : 'project');
    check(caller, standing, permission);
    return { orgId: place.orgId, projectId: place.projectId };
  }

  /**
   * Lets the owners of the installation pass, for what belongs to no organization. Throws AppError `not_found` for
   * whoever has no role anywhere, and `forbidden` as `enter` does.
   */
  async authorizeInstallation(caller: Caller, permission: Permission): Promise<void> {
    const held = await this.#heldBy(caller);
    if (held.length === 0) throw notFound('resource');
    if (held.every(({ orgId }) => orgId !== null)) throw new AppError('forbidden', OWNERS_ONLY);
    check(caller, 'installation', permission);
  }

  /** What lists may show the caller. Throws AppError `forbidden` when the token lacks the scope tenants.read. */
  async visibleTenants(caller: Caller): Promise<VisibleTenants> {
    requireScope(caller, 'tenants.read');
    const held = await this.#heldBy(caller);
    if (held.some(({ orgId }) => orgId === null)) return 'everything';
    const organizations = new Set<string>();
    const projects = new Map<string, { orgId: string }>();
    for (const { orgId, projectId, role } of held) {
      if (orgId === null || !allows(role, 'tenants.read')) continue;
      if (projectId === null) organizations.add(orgId);
      else projects.set(projectId, { orgId });
    }
    return { organizations, projects };
  }

  /**
   * Guards a client that holds a role itself: whoever can make secrets or keys for it can act in that role. So changing
   * it takes what handing out the role takes. Throws AppError `forbidden`.
   */
  async authorizeClientChange(caller: Caller, tenant: ProjectTenant, clientRowId: string): Promise<void> {
    await this.authorizeScopes(
      caller,
      tenant,
      await this.repository.scopesOfClient(tenant.projectId, clientRowId),
    );
    const held = await this.repository.rolesOfClient(tenant.projectId, clientRowId);
    if (held.length === 0) return;
    try {
      if (held.some(({ orgId }) => orgId === null)) await this.authorizeInstallation(caller, 'tenants.write');
      else {
        const ofWhole = held.some(({ projectId }) => projectId === null);
        await this.enter(caller, tenant.orgId, ofWhole ? undefined : tenant.projectId, 'tenants.write');
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const what = 'This client holds a role itself, so changing it takes the right to hand out that role.';
      const { scope } = error;
      throw new AppError('forbidden', what, scope === undefined ? {} : { scope });
    }
  }

  /**
   * Guards the scopes of administration: people who sign in through a client with one hand it what they may do themselves,
   * so whoever gives a client such a scope, or changes one that has it, must have the permission too. Throws AppError
   * `forbidden`.
   */
  async authorizeScopes(caller: Caller, tenant: ProjectTenant, scopes: readonly unknown[]): Promise<void> {
    for (const permission of ADMIN_SCOPES.filter((scope) => scopes.includes(scope))) {
      try {
        if (permission === 'catalogue.write') await this.authorizeInstallation(caller, permission);
        else await this.enter(caller, tenant.orgId, tenant.projectId, permission);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const what = `A client with the scope ${permission} can be made or changed only by whoever has that permission.`;
        throw new AppError('forbidden', what, error.scope === undefined ? {} : { scope: error.scope });
      }
    }
  }

  /** Whether the person is a member of any role of the organization, of one of its projects, or of the installation. */
  isMember(accountId: string, orgId: string): Promise<boolean> {
    return this.repository.isMember(accountSubject(accountId), orgId);
  }

  async #heldBy({ subject, claimedRoles }: Caller): Promise<RoleAssignment[]> {
    const names = (pick: 'org' | 'project') =>
      claimedRoles.flatMap((claim) => tenantName(claim[pick] ?? '') ?? []);
    const [held, places] = await Promise.all([
      this.repository.rolesOf(subject),
      claimedRoles.length === 0 ? [] : this.repository.findNamed(names('org'), names('project')),
    ]);
    const claimed = claimedRoles.flatMap((claim): RoleAssignment[] => {
      if (claim.org === undefined) return [{ orgId: null, projectId: null, role: claim.role }];
      return places.flatMap((place) => {
        const role = assignmentFromClaim(place, claim);
        return role && (role.projectId === null || role.projectId === place.projectId) ? [role] : [];
      });
    });
    return [...held, ...claimed];
  }
}

const OWNERS_ONLY = 'Only an owner of the whole installation may do this.';

function check(caller: Caller, standing: EffectiveRole, permission: Permission): void {
  if (!allows(standing, permission)) {
    const role = weakestRole(permission);
    throw new AppError(
      'forbidden',
      role === undefined ? OWNERS_ONLY : `Your role here does not allow this; it takes at least ${role}.`,
    );
  }
  requireScope(caller, scopeFor(permission));
}

function requireScope({ scopes }: Caller, scope: AdminScope): void {
  if (!scopes.has(scope)) throw new AppError('forbidden', `The token needs the scope ${scope}.`, { scope });
}
