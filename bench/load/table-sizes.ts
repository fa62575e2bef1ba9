import type pg from 'pg';

/** What is in a table. */
export interface TableSize {
  rows: number;
  /** With its indexes. */
  bytes: number;
  /** Until the last row expires; undefined for rows that do not. */
  seconds: number | undefined;
}

/** When a row expires, in the tables whose rows do. */
const EXPIRES: Readonly<Record<string, string>> = {
  artifacts: 'expires_at',
  attempts: 'resets_at',
  one_time_codes: 'expires_at',
};
/** What is counted by the hour or the day, whatever the requests are. */
const COUNTERS = /^(?:project_)?usage_|^client_failures$|^job_slots$/;

/** All tables by name. */
export async function tableSizes(pool: pg.Pool): Promise<Map<string, TableSize>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
  );
  const sizes = new Map<string, TableSize>();
  for (const { name } of tables.filter((table) => !COUNTERS.test(table.name))) {
    const expires = EXPIRES[name];
    const { rows } = await pool.query<{ rows: number; bytes: number; seconds: number | null }>(
      `SELECT count(*)::int AS rows, pg_total_relation_size($1::regclass)::float8 AS bytes,
         ${expires === undefined ? 'NULL' : `extract(epoch FROM max(${expires}) - now())::float8`} AS seconds
       FROM ${name}`,
      [name],
    );
    const [size] = rows;
    if (size) sizes.set(name, { ...size, seconds: size.seconds ?? undefined });
  }
  return sizes;
}

/** What was added: the rows of each table with their lifetime, as text, and the bytes of all. */
export function growthOf(
  before: ReadonlyMap<string, TableSize>,
  after: ReadonlyMap<string, TableSize>,
): { rows: string; bytes: number } {
  const added = [...after].map(([name, size]) => {
    const { rows = 0, bytes = 0 } = before.get(name) ?? {};
    return { ...size, name, rows: size.rows - rows, bytes: size.bytes - bytes };
  });
  const grown = added.filter(({ rows }) => rows !== 0);
  return {
    rows:
      grown.map(({ name, rows, seconds }) => `${String(rows)} ${name}${lifetime(seconds)}`).join(', ') ||
      'none',
    bytes: added.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function lifetime(seconds: number | undefined): string {
  return seconds === undefined ? '' : ` (${String(Math.ceil(seconds / 60))} min)`;
}
