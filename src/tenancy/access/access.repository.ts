import type { Database } from '../../platform/db/database.js';
import type { TenantName } from '../tenants/tenant.js';
import type { AdminReach } from './delegation.js';
import type { Role } from './permissions.js';
import { accountIdOf } from './subjects.js';

/** A role and the tenant that it is assigned in; nulls as in the table `members`. */
export interface RoleAssignment {
  orgId: string | null;
  projectId: string | null;
  role: Role;
}

/** A project with its organization, or an organization alone, by id and by slug. */
export interface NamedTenant {
  orgId: string;
  orgSlug: string;
  projectId: string | null;
  projectSlug: string | null;
}

/** A tenant, with the roles of one subject in the organization, in all of its projects and in the installation. */
export interface TenantWithRoles extends NamedTenant {
  roles: RoleAssignment[];
}

const ROLES = `SELECT coalesce(
    json_agg(json_build_object('orgId', m.org_id, 'projectId', m.project_id, 'role', m.role)), '[]')
  FROM members m`;
const NAMED = `o.id AS "orgId", o.slug AS "orgSlug", p.id AS "projectId", p.slug AS "projectSlug"`;
/** Of members `m` the roles of a subject, and those of the e-mail address that it has verified: see `subjectsOf`. */
export const HELD = `m.subject IN (?, (SELECT 'email:' || lower(a.email) FROM accounts a
  WHERE a.id = ?::uuid AND a.email_verified))`;
const HELD_NUMBERED = HELD.replace('?', '$1').replace('?', '$2');
const IS_MEMBER = `SELECT FROM members m WHERE ${HELD_NUMBERED}
  AND (m.org_id IS NULL OR m.org_id = $3) LIMIT 1`;

/** The SQL of access control: tenants by name, and roles in them. */
export class AccessRepository {
  constructor(private readonly database: Database) {}

  /** Finds a tenant with the roles of the subject. One statement in every case, so that its time tells nothing. */
  async find(
    subject: string,
    org: TenantName,
    project: TenantName | undefined,
  ): Promise<TenantWithRoles | undefined> {
    const [ofOrg, orgValue] = condition('o', org);
    const [ofProject, projectValue] = project ? condition('p', project) : ['false', undefined];
    const { rows } = await this.database.sql.raw<{ rows: TenantWithRoles[] }>(
      `SELECT ${NAMED}, (${ROLES} WHERE ${HELD} AND (m.org_id IS NULL OR m.org_id = o.id)) AS roles
       FROM organizations o ${project ? 'JOIN' : 'LEFT JOIN'} projects p ON p.org_id = o.id AND ${ofProject}
       WHERE ${ofOrg}`,
      [...subjectsOf(subject), ...(projectValue === undefined ? [] : [projectValue]), orgValue],
    );
    return rows[0];
  }

  /** Every role of the subject. */
  async rolesOf(subject: string): Promise<RoleAssignment[]> {
    const { rows } = await this.database.sql.raw<{ rows: { roles: RoleAssignment[] }[] }>(
      `SELECT (${ROLES} WHERE ${HELD}) AS roles`,
      subjectsOf(subject),
    );
    return rows[0]?.roles ?? [];
  }

  /** Those of these organizations that exist: one row for each of these projects in it, or one without a project. */
  async findNamed(orgs: readonly TenantName[], projects: readonly TenantName[]): Promise<NamedTenant[]> {
    const { rows } = await this.database.sql.raw<{ rows: NamedTenant[] }>(
      `SELECT ${NAMED} FROM organizations o
       LEFT JOIN projects p ON p.org_id = o.id AND (p.id = ANY (?::uuid[]) OR p.slug = ANY (?))
       WHERE o.id = ANY (?::uuid[]) OR o.slug = ANY (?)`,
      [ids(projects), slugs(projects), ids(orgs), slugs(orgs)],
    );
    return rows;
  }

  /** The roles of a client of the project. */
  async rolesOfClient(projectId: string, clientRowId: string): Promise<RoleAssignment[]> {
    const { rows } = await this.database.sql.raw<{ rows: { roles: RoleAssignment[] }[] }>(
      `SELECT (${ROLES} WHERE m.subject = 'client:' || c.client_id) AS roles
       FROM oauth_clients c WHERE c.id = ? AND c.project_id = ?`,
      [clientRowId, projectId],
    );
    return rows[0]?.roles ?? [];
  }

  /** The scopes of a client of the project, and where its tokens may act in the admin API. */
  async delegationOfClient(
    projectId: string,
    clientRowId: string,
  ): Promise<{ scopes: string[]; reach: AdminReach }> {
    const row = await this.database
      .sql('oauth_clients')
      .where({ id: clientRowId, project_id: projectId })
      .first<{ scopes: string[]; reach: AdminReach } | undefined>('scopes', 'admin_reach as reach');
    return row ?? { scopes: [], reach: 'project' };
  }

  /** Whether the subject has any role in the organization, in one of its projects, or in the installation. */
  async isMember(subject: string, orgId: string): Promise<boolean> {
    const query = { name: 'access_is_member', text: IS_MEMBER, values: [...subjectsOf(subject), orgId] };
    return (await this.database.read(query)).rowCount === 1;
  }
}

/** The values of `HELD`. */
export function subjectsOf(subject: string): string[] {
  // knex's types know nulls among its bindings only by another name.
  return [subject, accountIdOf(subject)] as string[];
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
