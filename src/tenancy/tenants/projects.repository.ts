import { type CamelKeys, toCamel } from '../../platform/wire/snake-case.js';
import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import { isInUse, isTaken } from '../../platform/db/violations.js';
import type { Position } from '../../platform/paging/cursor.js';

interface Row {
  id: string;
  org_id: string;
  slug: string;
  name: string;
  created_at: Date;
  updated_at: Date;
}

/** A project: what clients belong to. */
export type Project = CamelKeys<Row>;
/** What can be decided about one. */
export type ProjectFields = Pick<Row, 'slug' | 'name'>;
/** What is to change of it. */
export type ProjectChanges = { [Name in keyof ProjectFields]?: ProjectFields[Name] | undefined };

const COLUMNS = 'id, org_id, slug, name, created_at, updated_at';
const POSITION = `to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position`;

/** The SQL of projects. */
export class ProjectsRepository {
  constructor(private readonly database: Database) {}

  async find(id: string, sql: Sql = this.database.sql): Promise<Project | undefined> {
    const rows = await select<Row>(sql, `SELECT ${COLUMNS} FROM projects WHERE id = ?`, [id]);
    return rows.map(toCamel)[0];
  }

  /** As `find`, and nobody else changes it before the transaction ends. */
  async lock(tx: Transaction, id: string): Promise<Project | undefined> {
    const rows = await select<Row>(tx, `SELECT ${COLUMNS} FROM projects WHERE id = ? FOR UPDATE`, [id]);
    return rows.map(toCamel)[0];
  }

  /** Newest first, behind `after`; only those of these ids, when there are ids. */
  async list(
    orgId: string,
    ids: readonly string[] | undefined,
    limit: number,
    after?: Position,
  ): Promise<{ record: Project; position: Position }[]> {
    const where = ['org_id = ?'];
    const values: unknown[] = [orgId];
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
      `SELECT ${COLUMNS}, ${POSITION} FROM projects WHERE ${where.join(' AND ')}
       ORDER BY created_at DESC, id DESC LIMIT ${String(limit)}`,
      values,
    );
    return rows.map(({ position, ...row }) => ({
      record: toCamel(row),
      position: { createdAt: position, id: row.id },
    }));
  }

  /** Undefined when the slug is taken in this organization. */
  async insert(tx: Transaction, orgId: string, { slug, name }: ProjectFields): Promise<Project | undefined> {
    const rows = await select<Row>(
      tx,
      `INSERT INTO projects (org_id, slug, name) VALUES (?, ?, ?)
       ON CONFLICT (org_id, slug) DO NOTHING RETURNING ${COLUMNS}`,
      [orgId, slug, name],
    );
    return rows.map(toCamel)[0];
  }

  /** False, and the transaction is lost, when the slug is taken. */
  async update(tx: Transaction, id: string, changes: ProjectChanges): Promise<boolean> {
    try {
      await tx('projects')
        .where({ id })
        .update({ ...changes, updated_at: tx.fn.now() });
      return true;
    } catch (error) {
      if (isTaken(error)) return false;
      throw error;
    }
  }

  /** With its members. False, and the transaction is lost, while clients live in it. */
  async delete(tx: Transaction, id: string): Promise<boolean> {
    try {
      await tx('projects').where({ id }).delete();
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
