import type { Database, Transaction } from '../../platform/db/database.js';
import type { TenantName } from './tenant-name.js';

/** The ids of a project and of the organization that owns it. */
export interface Tenant {
  orgId: string;
  projectId: string;
}

/** The id of an organization, as the place of what belongs to it as a whole. */
export interface OrgTenant {
  orgId: string;
  projectId: null;
}

/** The SQL that finds organizations and projects by their names. */
export class TenantsRepository {
  constructor(private readonly database: Database) {}

  async find(org: TenantName, project: TenantName): Promise<Tenant | undefined> {
    return this.database
      .sql('organizations as o')
      .join('projects as p', 'p.org_id', 'o.id')
      .where('id' in org ? { 'o.id': org.id } : { 'o.slug': org.slug })
      .where('id' in project ? { 'p.id': project.id } : { 'p.slug': project.slug })
      .first<Tenant | undefined>('o.id as orgId', 'p.id as projectId');
  }

  async findOrganization(org: TenantName): Promise<OrgTenant | undefined> {
    const row = await this.database.sql('organizations').where(org).first<{ id: string } | undefined>('id');
    return row && { orgId: row.id, projectId: null };
  }

  /** Keeps the place from being deleted until the transaction ends; false when it is gone. */
  async hold(tx: Transaction, { orgId, projectId }: Tenant | OrgTenant): Promise<boolean> {
    const [table, id] = projectId === null ? ['organizations', orgId] : ['projects', projectId];
    return (await tx(table).where({ id }).forKeyShare().select('id')).length > 0;
  }
}
