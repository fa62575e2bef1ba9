import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';

/** All that a thief of the database has, as it was at one moment: every value of every row, as COPY would write it. */
export interface Dump {
  cells: string[];
  /** Everything in one text, to look for something in. */
  text: string;
}

const TABLES = `
  SELECT c.oid::regclass::text AS name, json_agg(quote_ident(a.attname) ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relkind IN ('r', 'p', 'm') AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
  GROUP BY c.oid`;

/**
 * Dumps a database in use: by `pg_dump` where there is one that knows this server, and always by reading every column
 * as text in one snapshot, which is what pg_dump does; the one that comes along with the tests' PostgreSQL has none.
 */
export async function dump(url: string): Promise<Dump> {
  const [read, dumped] = await Promise.all([readAll(url), pgDump(url)]);
  const cells = [...read, ...copiedCells(dumped)];
  return { cells, text: `${cells.join('\n')}\n${dumped}` };
}

async function readAll(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const tables = await client.query<{ name: string; columns: string[] }>(TABLES);
    const cells: string[] = [];
    for (const { name, columns } of tables.rows) {
      const text = `SELECT ${columns.map((column) => `${column}::text`).join(', ')} FROM ${name}`;
      const { rows } = await client.query<(string | null)[]>({ text, rowMode: 'array' });
      cells.push(...rows.flat().filter((cell) => cell !== null));
    }
    return cells;
  } finally {
    await client.end();
  }
}

/** What pg_dump prints; nothing when there is none, or only one that is older than the server. */
async function pgDump(url: string): Promise<string> {
  try {
    const options = { maxBuffer: 1 << 30, env: { ...process.env, LC_ALL: 'C' } };
    return (await promisify(execFile)('pg_dump', ['--dbname', url], options)).stdout;
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT' || stderr.includes('server version mismatch')) return '';
    throw error;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function copiedCells(dumped: string): string[] {
  return [...dumped.matchAll(/^COPY .* FROM stdin;\n([^]*?)^\\\.$/gm)]
    .flatMap(([, lines = '']) => lines.split(/[\n\t]/))
    .filter((cell) => cell !== '' && cell !== '\\N')
    .map((cell) => cell.replace(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character));
}
