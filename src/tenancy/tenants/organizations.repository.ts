import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import { isInUse, isTaken } from '../../platform/db/violations.js';
import type { Position } from '../../platform/paging/cursor.js';
import { type CamelKeys, toCamel } from '../../platform/wire/snake-case.js';

interface Row {
  id: string;
  slug: string;
  name: string;
  membership_open: boolean;
  created_at: Date;
  updated_at: Date;
}

/** An organization: owner of projects, and through them of clients. */
export type Organization = CamelKeys<Row>;
/** What can be decided about one. */
export type OrganizationFields = Pick<Row, 'slug' | 'name' | 'membership_open'>;
/** What is to change of it. */
export type OrganizationChanges = {
  [Name in keyof OrganizationFields]?: OrganizationFields[Name] | undefined;
};

const COLUMNS = 'id, slug, name, membership_open, created_at, updated_at';
const POSITION = `to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position`;

/** The SQL of organizations. */
export class OrganizationsRepository {
  constructor(private readonly database: Database) {}

  async find(id: string, sql: Sql = this.database.sql): Promise<Organization | undefined> {
    const rows = await select<Row>(sql, `SELECT ${COLUMNS} FROM organizations WHERE id = ?`, [id]);
    return rows.map(toCamel)[0];
  }

  /** As `find`, and nobody else changes it before the transaction ends. */
  async lock(tx: Transaction, id: string): Promise<Organization | undefined> {
    const rows = await select<Row>(tx, `SELECT ${COLUMNS} FROM organizations WHERE id = ? FOR UPDATE`, [id]);
    return rows.map(toCamel)[0];
  }

  /** Newest first, behind `after`; only those of these ids, when there are ids. */
  async list(
    ids: readonly string[] | undefined,
    limit: number,
    after?: Position,
  ): Promise<{ record: Organization; position: Position }[]> {
    const where = ['true'];
    const values: unknown[] = [];
    if (ids) {
      where.push('id = ANY (?::uuid[])');
      values.push(ids);
    }
    if (after) {
      where.push('(created_at, id) < (?::timestamptz, ?::uuid)');
      values.push(after.createdAt, after.id);
    }
    const rows = await select<Row & { position: string }>(
      this.database.sql,
      `SELECT ${COLUMNS}, ${POSITION} FROM organizations WHERE ${where.join(' AND ')}
       ORDER BY created_at DESC, id DESC LIMIT ${String(limit)}`,
      values,
    );
    return rows.map(({ position, ...row }) => ({
      record: toCamel(row),
      position: { createdAt: position, id: row.id },
    }));
  }

  /** Undefined when the slug is taken. */
  async insert(tx: Transaction, fields: OrganizationFields): Promise<Organization | undefined> {
    const rows = await select<Row>(
      tx,
      `INSERT INTO organizations (slug, name, membership_open) VALUES (?, ?, ?)
       ON CONFLICT (slug) DO NOTHING RETURNING ${COLUMNS}`,
      [fields.slug, fields.name, fields.membership_open],
    );
    return rows.map(toCamel)[0];
  }

  /** False, and the transaction is lost, when the slug is taken. */
  async update(tx: Transaction, id: string, fields: OrganizationChanges): Promise<boolean> {
    try {
      await tx('organizations')
        .where({ id })
        .update({ ...fields, updated_at: tx.fn.now() });
      return true;
    } catch (error) {
      if (isTaken(error)) return false;
      throw error;
    }
  }

  /** With its projects and members. False, and the transaction is lost, while clients live in it. */
  async delete(tx: Transaction, id: string): Promise<boolean> {
    try {
      await tx('projects').where('org_id', id).delete();
      await tx('organizations').where({ id }).delete();
      return true;
    } catch (error) {
      if (isInUse(error)) return false;
      throw error;
    }
  }
}

async function select<R>(sql: Sql, text: string, values: unknown[]): Promise<R[]> {
  return (await sql.raw<{ rows: R[] }>(text, values as string[])).rows;
}
