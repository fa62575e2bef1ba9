import type { Database, Transaction } from '../../platform/db/database.js';
import type { TenantName, ProjectTenant, OrganizationTenant } from './tenant.js';

/** The SQL that finds organizations and projects by their names. */
export class TenantsRepository {
  constructor(private readonly database: Database) {}

  async find(org: TenantName, project: TenantName): Promise<ProjectTenant | undefined> {
    return this.database
      .sql('organizations as o')
      .join('projects as p', 'p.org_id', 'o.id')
      .where('id' in org ? { 'o.id': org.id } : { 'o.slug': org.slug })
      .where('id' in project ? { 'p.id': project.id } : { 'p.slug': project.slug })
      .first<ProjectTenant | undefined>('o.id as orgId', 'p.id as projectId');
  }

  async findOrganization(org: TenantName): Promise<OrganizationTenant | undefined> {
    const row = await this.database.sql('organizations').where(org).first<{ id: string } | undefined>('id');
    return row && { orgId: row.id, projectId: null };
  }

  /** Keeps the tenant from being deleted until the transaction ends; false when it does not exist. */
  async lockForShare(
    tx: Transaction,
    { orgId, projectId }: ProjectTenant | OrganizationTenant,
  ): Promise<boolean> {
    const [table, id] = projectId === null ? ['organizations', orgId] : ['projects', projectId];
    return (await tx(table).where({ id }).forKeyShare().select('id')).length > 0;
  }
}
