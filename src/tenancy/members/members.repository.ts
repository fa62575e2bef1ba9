import type { Role } from '../access/permissions.js';
import { type CamelKeys, toCamel } from '../../platform/wire/snake-case.js';
import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import type { Position } from '../../platform/paging/cursor.js';
import type { Tenant } from '../tenants/tenant.js';

interface Row {
  id: string;
  org_id: string | null;
  project_id: string | null;
  subject: string;
  /** Of the account that the subject is, when it is one. */
  email: string | null;
  role: Role;
  created_at: Date;
  updated_at: Date;
}

/** Somebody's role somewhere. */
export type Member = CamelKeys<Row>;

const COLUMNS = `m.id, m.org_id, m.project_id, m.subject, a.email, m.role, m.created_at, m.updated_at,
  to_char(m.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position`;
const TABLES = `members m LEFT JOIN accounts a
  ON a.id = CASE WHEN m.subject ~ '^account:[0-9a-f-]{36}$' THEN substr(m.subject, 9)::uuid END`;
const LIVING_OWNERS = `SELECT m.id FROM members m WHERE m.org_id IS NULL AND (m.subject NOT LIKE 'client:%'
  OR EXISTS (SELECT FROM oauth_clients c WHERE 'client:' || c.client_id = m.subject AND c.deleted_at IS NULL)) LIMIT 1`;

/** The SQL of who belongs where. */
export class MembersRepository {
  constructor(private readonly database: Database) {}

  /** Newest first, behind `after`. */
  async list(
    tenant: Tenant,
    limit: number,
    after?: Position,
  ): Promise<{ record: Member; position: Position }[]> {
    const rows = await this.#select(
      this.database.sql,
      tenant,
      after ? 'AND (m.created_at, m.id) < (?::timestamptz, ?::uuid)' : '',
      after ? [after.createdAt, after.id] : [],
      `ORDER BY m.created_at DESC, m.id DESC LIMIT ${String(limit)}`,
    );
    return rows.map(({ position, ...row }) => ({
      record: toCamel(row),
      position: { createdAt: position, id: row.id },
    }));
  }

  async find(
    tenant: Tenant,
    by: { id: string } | { subject: string },
    sql: Sql = this.database.sql,
  ): Promise<Member | undefined> {
    const [and, value] = 'id' in by ? ['AND m.id = ?', by.id] : ['AND m.subject = ?', by.subject];
    const rows = await this.#select(sql, tenant, and, [value]);
    return rows.map(({ position: _position, ...row }) => toCamel(row))[0];
  }

  /** The new row's id, or undefined when the subject has a role here already. */
  async insert(tx: Transaction, tenant: Tenant, subject: string, role: Role): Promise<string | undefined> {
    const { rows } = await tx.raw<{ rows: { id: string }[] }>(
      `INSERT INTO members (org_id, project_id, subject, role) VALUES (?, ?, ?, ?)
       ON CONFLICT (subject, org_id, project_id) DO NOTHING RETURNING id`,
      // knex's types know nulls among its bindings only by another name.
      [tenant.orgId, tenant.projectId, subject, role] as string[],
    );
    return rows[0]?.id;
  }

  async updateRole(tx: Transaction, id: string, role: Role): Promise<void> {
    await tx('members').where({ id }).update({ role, updated_at: tx.fn.now() });
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx('members').where({ id }).delete();
  }

  /** Whether anybody was ever made an owner of the installation and still is. */
  async hasOwner(sql: Sql = this.database.sql): Promise<boolean> {
    return (await sql('members').whereNull('org_id').limit(1).select('id')).length > 0;
  }

  /** Whether an owner of the installation is left who can still act: a deleted client cannot. */
  async hasLivingOwner(tx: Transaction): Promise<boolean> {
    return (await tx.raw<{ rows: unknown[] }>(LIVING_OWNERS)).rows.length > 0;
  }

  /** The people among the owners of the installation, in the order in which their accounts were made. */
  async operators(): Promise<{ id: string; email: string }[]> {
    const { rows } = await this.database.sql.raw<{ rows: { id: string; email: string }[] }>(
      `SELECT a.id, a.email FROM ${TABLES} WHERE m.org_id IS NULL AND a.id IS NOT NULL
       ORDER BY a.created_at, a.id`,
    );
    return rows;
  }

  async #select(sql: Sql, tenant: Tenant, and: string, values: string[], tail = '') {
    const org = tenant.orgId === null ? 'm.org_id IS NULL' : 'm.org_id = ?';
    const project = tenant.projectId === null ? 'm.project_id IS NULL' : 'm.project_id = ?';
    const { rows } = await sql.raw<{ rows: (Row & { position: string })[] }>(
      `SELECT ${COLUMNS} FROM ${TABLES} WHERE ${org} AND ${project} ${and} ${tail}`,
      [tenant.orgId, tenant.projectId].filter((id) => id !== null).concat(values),
    );
    return rows;
  }
}
