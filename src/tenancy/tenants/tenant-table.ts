import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import { isInUse, isTaken } from '../../platform/db/violations.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import { type Condition, selectSlice } from '../../platform/paging/select-slice.js';
import { type CamelKeys, toCamel } from '../../platform/wire/snake-case.js';

/** What the rows of organizations and projects have in common. */
export interface TenantRow {
  id: string;
  slug: string;
  name: string;
  version: number;
  created_at: Date;
  updated_at: Date;
}

/** The SQL that organizations and projects have in common. */
export class TenantTable<Row extends TenantRow> {
  readonly #columns: string;

  constructor(
    protected readonly database: Database,
    private readonly table: 'organizations' | 'projects',
    columns: readonly (keyof Row & string)[],
  ) {
    this.#columns = columns.join(', ');
  }

  async find(id: string, sql: Sql = this.database.sql): Promise<CamelKeys<Row> | undefined> {
    return this.#first(sql, id, '');
  }

  /** As `find`; no other transaction changes the row before this one ends. */
  async lock(tx: Transaction, id: string): Promise<CamelKeys<Row> | undefined> {
    return this.#first(tx, id, 'FOR UPDATE');
  }

  /** False when the slug is taken; the transaction has then failed. */
  async update(tx: Transaction, id: string, changes: object): Promise<boolean> {
    try {
      await tx(this.table)
        .where({ id })
        .update({ ...changes, version: tx.raw('version + 1'), updated_at: tx.fn.now() });
      return true;
    } catch (error) {
      if (isTaken(error)) return false;
      throw error;
    }
  }

  /** Deletes what hangs on it too. False while clients belong to it; the transaction has then failed. */
  async delete(tx: Transaction, id: string): Promise<boolean> {
    try {
      await this.deleteRow(tx, id);
      return true;
    } catch (error) {
      if (isInUse(error)) return false;
      throw error;
    }
  }

  protected async deleteRow(tx: Transaction, id: string): Promise<void> {
    await tx(this.table).where({ id }).delete();
  }

  /** Undefined when another row has the values of the `unique` columns. */
  protected async insertRow(
    tx: Transaction,
    row: Readonly<Record<string, string | boolean>>,
    unique: readonly string[],
  ): Promise<CamelKeys<Row> | undefined> {
    const { rows } = await tx.raw<{ rows: Row[] }>(
      `INSERT INTO ${this.table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row).fill('?').join(', ')})
       ON CONFLICT (${unique.join(', ')}) DO NOTHING RETURNING ${this.#columns}`,
      Object.values(row),
    );
    return rows.map((inserted) => toCamel(inserted))[0];
  }

  protected selectSlice(where: readonly Condition[], slice: Slice): Promise<Positioned<CamelKeys<Row>>[]> {
    const list = { columns: this.#columns, from: this.table, time: 'created_at', id: 'id', where };
    return selectSlice(this.database.sql, list, slice, (row: Row) => toCamel(row));
  }

  async #first(sql: Sql, id: string, locking: string): Promise<CamelKeys<Row> | undefined> {
    const { rows } = await sql.raw<{ rows: Row[] }>(
      `SELECT ${this.#columns} FROM ${this.table} WHERE id = ? ${locking}`,
      [id],
    );
    return rows.map((row) => toCamel(row))[0];
  }
}
