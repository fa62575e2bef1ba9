import type { Database } from '../../platform/db/database.js';
import type { TenantName } from '../tenants/tenant.js';
import { HELD, type RoleAssignment, subjectsOf } from './access.repository.js';

/** A tenant by its id and by what people call it. */
export interface TenantLabel {
  id: string;
  slug: string;
  name: string;
}

/** An organization with those of its projects that a subject may read. */
export interface OrganizationWithProjects extends TenantLabel {
  isNamed: boolean;
  projects: (TenantLabel & { isNamed: boolean })[];
}

/** The roles of a subject, and the tenants that it may read, as far as they are listed. */
export interface OverviewRow {
  roles: RoleAssignment[];
  organizations: OrganizationWithProjects[];
}

const LISTED = 20;

const overview = (org: string, project: string) => `
  WITH mine AS (SELECT org_id, project_id, role FROM members m WHERE ${HELD}),
  readable AS (SELECT org_id, project_id FROM mine WHERE org_id IS NULL OR role <> 'member'),
  wanted AS (
    (SELECT id, slug, name, created_at, true AS named FROM organizations o WHERE ${org})
    UNION ALL
    (SELECT id, slug, name, created_at, false FROM organizations o
     WHERE NOT coalesce(${org}, false) AND
       (EXISTS (SELECT FROM readable WHERE org_id IS NULL) OR o.id IN (SELECT org_id FROM readable))
     ORDER BY created_at DESC, id DESC LIMIT ${String(LISTED)})),
  listed AS (
    SELECT w.*, (SELECT coalesce(json_agg(json_build_object('id', p.id, 'slug', p.slug, 'name', p.name, 'isNamed', p.named)
        ORDER BY p.named DESC, p.created_at DESC), '[]')
      FROM (SELECT id, slug, name, created_at, w.named AND coalesce(${project}, false) AS named FROM projects p
        WHERE p.org_id = w.id AND EXISTS (SELECT FROM readable r
          WHERE r.org_id IS NULL OR (r.org_id = w.id AND (r.project_id IS NULL OR r.project_id = p.id)))
        ORDER BY named DESC, created_at DESC LIMIT ${String(LISTED)}) p) AS projects
    FROM wanted w)
  SELECT
    (SELECT coalesce(json_agg(json_build_object('orgId', org_id, 'projectId', project_id, 'role', role)), '[]')
      FROM mine) AS roles,
    (SELECT coalesce(json_agg(json_build_object(
        'id', id, 'slug', slug, 'name', name, 'isNamed', named, 'projects', projects)
        ORDER BY named DESC, created_at DESC), '[]') FROM listed) AS organizations`;

/** The SQL of what a person finds in the console. */
export class TenantOverviewRepository {
  constructor(private readonly database: Database) {}

  /** One statement. The organization and the project of these names come first, if they exist. */
  async read(
    subject: string,
    org: TenantName | undefined,
    project: TenantName | undefined,
  ): Promise<OverviewRow> {
    const [ofOrg, orgValues] = condition('o', org);
    const [ofProject, projectValues] = condition('p', project);
    const { rows } = await this.database.sql.raw<{ rows: OverviewRow[] }>(overview(ofOrg, ofProject), [
      ...subjectsOf(subject),
      ...orgValues,
      ...orgValues,
      ...projectValues,
    ]);
    return rows[0] ?? { roles: [], organizations: [] };
  }
}

function condition(table: string, name: TenantName | undefined): [sql: string, values: string[]] {
  if (!name) return ['false', []];
  return 'id' in name ? [`${table}.id = ?`, [name.id]] : [`${table}.slug = ?`, [name.slug]];
}
