import type { Transaction } from '../../platform/db/database.js';
import { notFound } from '../../platform/errors/errors.js';
import { tenantName, type OrganizationTenant, type ProjectTenant } from './tenant.js';
import type { TenantsRepository } from './tenants.repository.js';

/** Finds organizations and their projects by what people call them. */
export class TenantsService {
  constructor(private readonly repository: TenantsRepository) {}

  /**
   * Finds a project by the ids or slugs in a path; what looks like a uuid is taken as an id. Throws AppError `not_found`,
   * also for a project of another organization.
   */
  async resolve(org: string, project: string): Promise<ProjectTenant> {
    const names = [tenantName(org), tenantName(project)] as const;
    const tenant = names[0] && names[1] && (await this.repository.find(names[0], names[1]));
    if (!tenant) throw notFound('project');
    return tenant;
  }

  /** Finds an organization by its id or slug. Throws AppError `not_found`. */
  async resolveOrganization(org: string): Promise<OrganizationTenant> {
    const name = tenantName(org);
    const tenant = name && (await this.repository.findOrganization(name));
    if (!tenant) throw notFound('organization');
    return tenant;
  }

  /** Keeps the tenant from being deleted until the transaction ends. Throws AppError `not_found`. */
  async lockForShare(tx: Transaction, tenant: ProjectTenant | OrganizationTenant): Promise<void> {
    if (await this.repository.lockForShare(tx, tenant)) return;
    throw notFound(tenant.projectId === null ? 'organization' : 'project');
  }
}
