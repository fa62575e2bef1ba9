import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import { type Condition, selectSlice } from '../../platform/paging/select-slice.js';
import { type CamelKeys, toCamel } from '../../platform/wire/snake-case.js';
import type { Role } from '../access/permissions.js';
import type { Tenant } from '../tenants/tenant.js';

interface Row {
  id: string;
  org_id: string | null;
  project_id: string | null;
  email: string;
  role: Role;
  invited_by: string;
  created_at: Date;
  expires_at: Date;
}

/** A role that a person can accept. */
export type Invitation = CamelKeys<Row>;

/** What is invited to, in the words of people. */
export interface InvitedTo {
  orgName: string | null;
  projectName: string | null;
}

const COLUMNS = 'id, org_id, project_id, email, role, invited_by, created_at, expires_at';
const DESCRIBE = `SELECT ${COLUMNS.replace(/\w+(?=,|$)/g, 'i.$&')}, o.name AS "orgName", p.name AS "projectName"
  FROM invitations i LEFT JOIN organizations o ON o.id = i.org_id LEFT JOIN projects p ON p.id = i.project_id
  WHERE i.id = ? AND i.expires_at > now()`;

/** The SQL of the table `invitations`. */
export class InvitationsRepository {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  list(tenant: Tenant, slice: Slice): Promise<Positioned<Invitation>[]> {
    const list = { columns: COLUMNS, from: 'invitations', time: 'created_at', id: 'id', where: at(tenant) };
    return selectSlice(this.database.sql, list, slice, (row: Row) => toCamel(row));
  }

  async find(tenant: Tenant, id: string): Promise<Invitation | undefined> {
    const where = [...at(tenant), ['id = ?', id] as const];
    const { rows } = await this.database.sql.raw<{ rows: Row[] }>(
      `SELECT ${COLUMNS} FROM invitations WHERE ${where.map(([condition]) => condition).join(' AND ')}`,
      where.flatMap(([, ...values]) => values) as string[],
    );
    return rows.map((row) => toCamel(row))[0];
  }

  /** Replaces one that has expired. Undefined when there is a valid one for the address already. */
  async insert(
    tx: Transaction,
    { orgId, projectId }: Tenant,
    given: { email: string; role: Role; invitedBy: string; seconds: number },
  ): Promise<Invitation | undefined> {
    const { rows } = await tx.raw<{ rows: Row[] }>(
      `INSERT INTO invitations AS known (org_id, project_id, email, role, invited_by, expires_at)
       VALUES (?, ?, ?, ?, ?, now() + make_interval(secs => ?))
       ON CONFLICT (email, org_id, project_id) DO UPDATE SET id = gen_random_uuid(), role = excluded.role,
         invited_by = excluded.invited_by, created_at = now(), expires_at = excluded.expires_at
         WHERE known.expires_at <= now()
       RETURNING ${COLUMNS}`,
      // knex's types do not know nulls among the bindings.
      [orgId, projectId, given.email, given.role, given.invitedBy, given.seconds] as string[],
    );
    return rows.map((row) => toCamel(row))[0];
  }

  /** Undefined when it was revoked or accepted, or has expired. */
  async describe(id: string, sql: Sql = this.database.sql): Promise<(Invitation & InvitedTo) | undefined> {
    const { rows } = await sql.raw<{ rows: (Row & InvitedTo)[] }>(DESCRIBE, [id]);
    const [row] = rows;
    if (!row) return undefined;
    const { orgName, projectName, ...invitation } = row;
    return { ...toCamel(invitation), orgName, projectName };
  }

  /** The invitation that is gone now; undefined when it was gone before. */
  async delete(tx: Transaction, id: string): Promise<Invitation | undefined> {
    const { rows } = await tx.raw<{ rows: Row[] }>(
      `DELETE FROM invitations WHERE id = ? RETURNING ${COLUMNS}`,
      [id],
    );
    return rows.map((row) => toCamel(row))[0];
  }

  /** Deletes what has expired; returns how many. */
  async purge(): Promise<number> {
    const text = 'DELETE FROM invitations WHERE expires_at <= now()';
    const { rowCount } = await this.database.write({ name: 'invitations_purge', text, values: [] });
    return rowCount ?? 0;
  }
}

/** The rows of exactly this tenant. */
function at({ orgId, projectId }: Tenant): Condition[] {
  return [
    orgId === null ? ['org_id IS NULL'] : ['org_id = ?', orgId],
    projectId === null ? ['project_id IS NULL'] : ['project_id = ?', projectId],
  ];
}
