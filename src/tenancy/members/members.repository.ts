import type { Role } from '../access/permissions.js';
import { type CamelKeys, toCamel } from '../../platform/wire/snake-case.js';
import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import { type Condition, selectSlice } from '../../platform/paging/select-slice.js';
import type { Tenant } from '../tenants/tenant.js';
import { memberAddress, MEMBERS_WITH_ACCOUNTS } from './member-address.js';

interface Row {
  id: string;
  org_id: string | null;
  project_id: string | null;
  subject: string;
  /**
   * Of the account that the subject is, when it was named by it or owns the installation; the address that the subject
   * is.
   */
  email: string | null;
  role: Role;
  created_at: Date;
  updated_at: Date;
}

/** The role of a subject in a tenant. */
export type Member = CamelKeys<Row>;

interface RoleOfAccountRow {
  member_id: string;
  role: Role;
  org_id: string | null;
  org_slug: string | null;
  org_name: string | null;
  project_id: string | null;
  project_slug: string | null;
  project_name: string | null;
  created_at: Date;
}

/** A role of an account with the tenant that it is in; both null for the installation. */
export type RoleOfAccount = CamelKeys<RoleOfAccountRow>;

const COLUMNS = `m.id, m.org_id, m.project_id, m.subject,
  ${memberAddress()} AS email, m.role, m.created_at, m.updated_at`;
const LIVING_OWNERS = `SELECT m.id FROM ${MEMBERS_WITH_ACCOUNTS} WHERE m.org_id IS NULL AND CASE
  WHEN m.subject LIKE 'client:%' THEN EXISTS (
    SELECT FROM oauth_clients c WHERE 'client:' || c.client_id = m.subject AND c.deleted_at IS NULL)
  WHEN m.subject LIKE 'account:%' THEN a.status = 'active'
  ELSE true END LIMIT 1`;

const MAX_ROLES = 200;
const ROLES_OF = `SELECT m.id AS member_id, m.role, m.org_id, o.slug AS org_slug, o.name AS org_name,
    m.project_id, p.slug AS project_slug, p.name AS project_name, m.created_at
  FROM members m LEFT JOIN organizations o ON o.id = m.org_id LEFT JOIN projects p ON p.id = m.project_id
  WHERE m.subject = ANY(?) ORDER BY m.created_at DESC, m.id LIMIT ${String(MAX_ROLES)}`;

/** The SQL of memberships. */
export class MembersRepository {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  list(tenant: Tenant, slice: Slice): Promise<Positioned<Member>[]> {
    const list = {
      columns: COLUMNS,
      from: MEMBERS_WITH_ACCOUNTS,
      time: 'm.created_at',
      id: 'm.id',
      where: at(tenant),
    };
    return selectSlice(this.database.sql, list, slice, (row: Row) => toCamel(row));
  }

  async find(
    tenant: Tenant,
    by: { id: string } | { subject: string },
    sql: Sql = this.database.sql,
  ): Promise<Member | undefined> {
    const one: Condition = 'id' in by ? ['m.id = ?', by.id] : ['m.subject = ?', by.subject];
    const where = [...at(tenant), one];
    const { rows } = await sql.raw<{ rows: Row[] }>(
      `SELECT ${COLUMNS} FROM ${MEMBERS_WITH_ACCOUNTS} WHERE ${where.map(([condition]) => condition).join(' AND ')}`,
      where.flatMap(([, ...values]) => values) as string[],
    );
    return rows.map((row) => toCamel(row))[0];
  }

  /** The new row's id, or undefined when the subject has a role here already. */
  async insert(
    tx: Transaction,
    tenant: Tenant,
    subject: string,
    role: Role,
    emailNamed: boolean,
  ): Promise<string | undefined> {
    const { rows } = await tx.raw<{ rows: { id: string }[] }>(
      `INSERT INTO members (org_id, project_id, subject, role, email_named) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (subject, org_id, project_id) DO NOTHING RETURNING id`,
      // knex's types know nulls among its bindings only by another name.
      [tenant.orgId, tenant.projectId, subject, role, emailNamed] as string[],
    );
    return rows[0]?.id;
  }

  async updateRole(tx: Transaction, id: string, role: Role): Promise<void> {
    await tx('members').where({ id }).update({ role, updated_at: tx.fn.now() });
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx('members').where({ id }).delete();
  }

  /** The roles of these subjects wherever they are, newest first. */
  async listOf(subjects: readonly string[]): Promise<RoleOfAccount[]> {
    const { rows } = await this.database.sql.raw<{ rows: RoleOfAccountRow[] }>(ROLES_OF, [[...subjects]]);
    return rows.map((row) => toCamel(row));
  }

  /** Whether the installation has an owner, able to act or not. */
  async hasOwner(sql: Sql = this.database.sql): Promise<boolean> {
    return (await sql('members').whereNull('org_id').limit(1).select('id')).length > 0;
  }

  /** Whether the subject is an owner of the installation. */
  async isOwner(tx: Transaction, subject: string): Promise<boolean> {
    return (await tx('members').whereNull('org_id').where({ subject }).select('id')).length > 0;
  }

  /** Takes every role of the subject. */
  async deleteAllOf(tx: Transaction, subject: string): Promise<void> {
    await tx('members').where({ subject }).delete();
  }

  /** Whether an owner of the installation is left who can still act: a deleted client and a disabled account cannot. */
  async hasLivingOwner(tx: Transaction): Promise<boolean> {
    return (await tx.raw<{ rows: unknown[] }>(LIVING_OWNERS)).rows.length > 0;
  }

  /** The people among the owners of the installation, in the order in which their accounts were made. */
  async operators(): Promise<{ id: string; email: string }[]> {
    const { rows } = await this.database.sql.raw<{ rows: { id: string; email: string }[] }>(
      `SELECT a.id, a.email FROM ${MEMBERS_WITH_ACCOUNTS} WHERE m.org_id IS NULL AND a.id IS NOT NULL
       ORDER BY a.created_at, a.id`,
    );
    return rows;
  }
}

/** The rows of exactly this tenant. */
function at({ orgId, projectId }: Tenant): Condition[] {
  return [
    orgId === null ? ['m.org_id IS NULL'] : ['m.org_id = ?', orgId],
    projectId === null ? ['m.project_id IS NULL'] : ['m.project_id = ?', projectId],
  ];
}
