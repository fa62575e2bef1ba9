import type { Sql } from '../db/database.js';
import type { Positioned, Slice } from './page.js';

/** A condition in SQL with a `?` for each value. */
export type Condition = readonly [sql: string, ...values: unknown[]];

/** The rows of a list, before it is cut into pages. */
export interface ListQuery {
  columns: string;
  from: string;
  /** The timestamp that the list is ordered by, newest first; an index has it and `id`, so that no page reads the table. */
  time: string;
  /** The key, which orders rows of the same time. */
  id: string;
  where?: readonly Condition[];
}

/** Selects a slice of the list, newest first, each row with its position (keyset pagination). */
export async function selectSlice<Row extends { id: string }, T>(
  sql: Sql,
  { columns, from, time, id, where = [] }: ListQuery,
  { limit, after }: Slice,
  toRecord: (row: Row) => T,
): Promise<Positioned<T>[]> {
  const conditions: readonly Condition[] = after
    ? [...where, [`(${time}, ${id}) < (?::timestamptz, ?::uuid)`, after.createdAt, after.id]]
    : where;
  const { rows } = await sql.raw<{ rows: (Row & { position: string })[] }>(
    `SELECT ${columns}, to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position FROM ${from}
     WHERE ${['true', ...conditions.map(([condition]) => condition)].join(' AND ')}
     ORDER BY ${time} DESC, ${id} DESC LIMIT ${String(limit)}`,
    // knex's types do not know arrays and nulls among the bindings.
    conditions.flatMap(([, ...values]) => values) as string[],
  );
  return rows.map(({ position, ...row }) => ({
    record: toRecord(row as unknown as Row),
    position: { createdAt: position, id: row.id },
  }));
}
