import { tenantName } from '../tenants/tenant.js';
import type { KnownRoles } from './caller.js';
import { effectiveRoleIn } from './effective-role.js';
import { allows, type EffectiveRole, type Permission } from './permissions.js';
import type {
  OrganizationWithProjects,
  OverviewRow,
  TenantLabel,
  TenantOverviewRepository,
} from './tenant-overview.repository.js';

export type { OrganizationWithProjects, TenantLabel } from './tenant-overview.repository.js';

/** Where a permission counts. */
export type Level = 'project' | 'organization' | 'installation' | 'any role';

/** What a subject may see and do, seen from one organization or project, or from none. */
export class TenantOverview {
  /** The organization that was named, if the subject has a role there. */
  readonly organization: TenantLabel | undefined;
  readonly project: TenantLabel | undefined;
  /** Those that may be read, at most 20 beside the named one, which is first. */
  readonly organizations: readonly OrganizationWithProjects[];
  /** For the authorization of what the same request reads. */
  readonly known: KnownRoles;
  readonly #roles: Readonly<Partial<Record<Level, EffectiveRole>>>;

  constructor({ roles, organizations }: OverviewRow) {
    const named = organizations.find(({ isNamed }) => isNamed);
    const project = named?.projects.find(({ isNamed }) => isNamed);
    const tenant = named && {
      orgId: named.id,
      orgSlug: named.slug,
      projectId: project?.id ?? null,
      projectSlug: project?.slug ?? null,
    };
    const ofTenant = roles.filter(({ orgId }) => orgId === null || orgId === named?.id);
    const roleIn = (projectId: string | null): EffectiveRole | undefined =>
      tenant && effectiveRoleIn({ ...tenant, projectId, roles: ofTenant }, []);
    const isOperator = roles.some(({ orgId }) => orgId === null);
    const inOrganization = roleIn(null);
    const inProject = project && roleIn(project.id);
    const reads = (role: EffectiveRole | undefined) => role !== undefined && allows(role, 'tenants.visit');
    this.known = { roles, tenant };
    this.organization = reads(inOrganization) ? named : undefined;
    this.project = reads(inProject) ? project : undefined;
    this.organizations = organizations.filter((one) => one !== named || this.organization !== undefined);
    this.#roles = {
      ...(inProject && { project: inProject }),
      ...(inOrganization && { organization: inOrganization }),
      ...(isOperator && { installation: 'installation' }),
    };
  }

  /** Whether the subject can do something in the console at all. */
  get hasRole(): boolean {
    return this.organizations.length > 0 || this.#roles.installation !== undefined;
  }

  /** What the subject is in the project, else in the organization, else in the installation. */
  get role(): EffectiveRole | undefined {
    return this.#roles.project ?? this.#roles.organization ?? this.#roles.installation;
  }

  /** Whether a role of the subject has the permission in the project, the organization or the installation of the page. */
  can(permission: Permission, at: Level): boolean {
    if (at === 'any role') return this.hasRole;
    const role = this.#roles[at];
    return role !== undefined && allows(role, permission);
  }
}

/** What people find in the console. */
export class TenantOverviewService {
  constructor(private readonly repository: TenantOverviewRepository) {}

  /** Names are ids or slugs. A tenant in which the subject may read nothing is left out, as if it did not exist. */
  async of(subject: string, org?: string, project?: string): Promise<TenantOverview> {
    const [ofOrg, ofProject] = [tenantName(org ?? ''), tenantName(project ?? '')];
    return new TenantOverview(await this.repository.read(subject, ofOrg, ofProject));
  }
}
