import type { Database } from '../../platform/db/database.js';
import type { TenantName } from '../tenants/tenant.js';
import type { Role } from './permissions.js';

/** A membership as far as rights go; nulls as in the table `members`. */
export interface RoleAssignment {
  orgId: string | null;
  projectId: string | null;
  role: Role;
}

/** An organization, or a project in it, that exists, and what somebody holds in the organization and above. */
export interface TenantWithRoles {
  orgId: string;
  orgSlug: string;
  projectId: string | null;
  projectSlug: string | null;
  roles: RoleAssignment[];
}

/** A project with its organization, or an organization alone, under both of its names. */
export type NamedTenant = Omit<TenantWithRoles, 'held'>;

const HELD = `SELECT coalesce(
    json_agg(json_build_object('orgId', m.org_id, 'projectId', m.project_id, 'role', m.role)), '[]')
  FROM members m`;
const NAMED = `o.id AS "orgId", o.slug AS "orgSlug", p.id AS "projectId", p.slug AS "projectSlug"`;
const IS_MEMBER = 'SELECT FROM members WHERE subject = $1 AND (org_id IS NULL OR org_id = $2) LIMIT 1';

/** The SQL of rights: what is where, and who holds what there. */
export class AccessRepository {
  constructor(private readonly database: Database) {}

  /** One statement, whatever is there and whoever asks. */
  async find(
    subject: string,
    org: TenantName,
    project: TenantName | undefined,
  ): Promise<TenantWithRoles | undefined> {
    const [ofOrg, orgValue] = condition('o', org);
    const [ofProject, projectValue] = project ? condition('p', project) : ['false', undefined];
    const { rows } = await this.database.sql.raw<{ rows: TenantWithRoles[] }>(
      `SELECT ${NAMED}, (${HELD} WHERE m.subject = ? AND (m.org_id IS NULL OR m.org_id = o.id)) AS held
       FROM organizations o ${project ? 'JOIN' : 'LEFT JOIN'} projects p ON p.org_id = o.id AND ${ofProject}
       WHERE ${ofOrg}`,
      [subject, ...(projectValue === undefined ? [] : [projectValue]), orgValue],
    );
    return rows[0];
  }

  /** Everything that somebody holds anywhere. */
  async rolesOf(subject: string): Promise<RoleAssignment[]> {
    const { rows } = await this.database.sql.raw<{ rows: { held: RoleAssignment[] }[] }>(
      `SELECT (${HELD} WHERE m.subject = ?) AS held`,
      [subject],
    );
    return rows[0]?.held ?? [];
  }

  /** These organizations, as far as they exist, each once for each of these projects that it has, or else alone. */
  async findNamed(orgs: readonly TenantName[], projects: readonly TenantName[]): Promise<NamedTenant[]> {
    const { rows } = await this.database.sql.raw<{ rows: NamedTenant[] }>(
      `SELECT ${NAMED} FROM organizations o
       LEFT JOIN projects p ON p.org_id = o.id AND (p.id = ANY (?::uuid[]) OR p.slug = ANY (?))
       WHERE o.id = ANY (?::uuid[]) OR o.slug = ANY (?)`,
      [ids(projects), slugs(projects), ids(orgs), slugs(orgs)],
    );
    return rows;
  }

  /** Where a client of the project holds roles itself. */
  async rolesOfClient(projectId: string, clientRowId: string): Promise<RoleAssignment[]> {
    const { rows } = await this.database.sql.raw<{ rows: { held: RoleAssignment[] }[] }>(
      `SELECT (${HELD} WHERE m.subject = 'client:' || c.client_id) AS held
       FROM oauth_clients c WHERE c.id = ? AND c.project_id = ?`,
      [clientRowId, projectId],
    );
    return rows[0]?.held ?? [];
  }

  /** The scopes of a client; none when it is not there. */
  async scopesOfClient(projectId: string, clientRowId: string): Promise<string[]> {
    const row = await this.database
      .sql('oauth_clients')
      .where({ id: clientRowId, project_id: projectId })
      .first<{ scopes: string[] } | undefined>('scopes');
    return row?.scopes ?? [];
  }

  /** Whether somebody is a member of the organization, of one of its projects, or of the installation. */
  async isMember(subject: string, orgId: string): Promise<boolean> {
    const query = { name: 'access_is_member', text: IS_MEMBER, values: [subject, orgId] };
    return (await this.database.read(query)).rowCount === 1;
  }
}

function condition(table: string, name: TenantName): [string, string] {
  return 'id' in name ? [`${table}.id = ?`, name.id] : [`${table}.slug = ?`, name.slug];
}

function ids(names: readonly TenantName[]): string[] {
  return names.flatMap((name) => ('id' in name ? [name.id] : []));
}

function slugs(names: readonly TenantName[]): string[] {
  return names.flatMap((name) => ('slug' in name ? [name.slug] : []));
}
