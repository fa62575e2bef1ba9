import type { Database } from '../db/database.js';

/** How a path names an organization or a project. */
export type TenantName = { id: string } | { slug: string };

/** The ids of a project and of the organization that owns it. */
export interface Tenant {
  orgId: string;
  projectId: string;
}

/** The SQL of organizations and projects. */
export class TenantsRepository {
  constructor(private readonly database: Database) {}

  async findOrganization(org: TenantName): Promise<string | undefined> {
    const row = await this.database.sql('organizations').where(org).first<{ id: string } | undefined>('id');
    return row?.id;
  }

  async find(org: TenantName, project: TenantName): Promise<Tenant | undefined> {
    return this.database
      .sql('organizations as o')
      .join('projects as p', 'p.org_id', 'o.id')
      .where('id' in org ? { 'o.id': org.id } : { 'o.slug': org.slug })
      .where('id' in project ? { 'p.id': project.id } : { 'p.slug': project.slug })
      .first<Tenant | undefined>('o.id as orgId', 'p.id as projectId');
  }
}
