import type { TestServer } from '../nodes/test-server.js';

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: Plan[];
}

/** A statement that PostgreSQL was sent through `Database.sql`. */
export interface SentStatement {
  sql: string;
  bindings: unknown[];
}

/** Lets PostgreSQL choose, so that an index is used because it is the better way. */
export const FREE_CHOICE = ['SET LOCAL enable_seqscan = on'];

/** The statements that match and that PostgreSQL was sent while `work` ran, and its settings for them. */
export async function statementsOf(
  server: TestServer,
  matching: RegExp,
  work: () => Promise<unknown>,
): Promise<{ statements: SentStatement[]; settings: string[] }> {
  const sent: SentStatement[] = [];
  const note = (query: SentStatement) => void sent.push(query);
  const { sql } = server.context.database;
  sql.on('query', note);
  await work();
  sql.removeListener('query', note);
  return {
    statements: sent.filter(({ sql: text }) => matching.test(text)),
    settings: sent.flatMap(({ sql: text }) => (text.startsWith('SET LOCAL') ? [text] : [])),
  };
}

/** All statements that the server sent PostgreSQL while `work` ran, in their order. */
export async function sentStatements(
  server: TestServer,
  work: () => Promise<unknown>,
): Promise<SentStatement[]> {
  const sent: SentStatement[] = [];
  const { database } = server.context;
  const note = (query: SentStatement) => void sent.push(query);
  let isOver = false;
  database.sql.on('query', note);
  database.observe(({ text, values }, run) => {
    if (!isOver) sent.push({ sql: text, bindings: values });
    return run();
  });
  await work();
  isOver = true;
  database.sql.removeListener('query', note);
  return sent;
}

/** The tables that the statement reads from end to end under these settings. */
export async function sequentialScans(
  server: TestServer,
  statement: SentStatement,
  settings: string[],
): Promise<string[]> {
  return inPlan(await planOf(server, statement, settings, 'FORMAT JSON'), (node) =>
    node['Node Type'] === 'Seq Scan' ? (node['Relation Name'] ?? '') : undefined,
  );
}

/** The indexes that the statement reads under these settings. */
export async function indexesRead(
  server: TestServer,
  statement: SentStatement,
  settings: string[],
): Promise<string[]> {
  return inPlan(await planOf(server, statement, settings, 'FORMAT JSON'), (node) => node['Index Name']);
}

/** What there is of it in each node of the plan. */
function inPlan(node: Plan, read: (node: Plan) => string | undefined): string[] {
  const own = read(node);
  return [...(own === undefined ? [] : [own]), ...(node.Plans ?? []).flatMap((child) => inPlan(child, read))];
}

/** How many pages of tables and indexes the statement reads under these settings. */
export async function pagesRead(
  server: TestServer,
  statement: SentStatement,
  settings: string[],
): Promise<number> {
  const plan = await planOf(server, statement, settings, 'ANALYZE, BUFFERS, FORMAT JSON');
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
}

async function planOf(
  server: TestServer,
  { sql, bindings }: SentStatement,
  settings: string[],
  options: string,
): Promise<Plan> {
  const { rows } = await server.context.database.transaction(async (tx) => {
    for (const setting of settings) await tx.raw(setting);
    const explain = `EXPLAIN (${options}) ${sql.replace(/\$\d+/g, '?')}`;
    return tx.raw<{ rows: { 'QUERY PLAN': [{ Plan: Plan }] }[] }>(explain, bindings as string[]);
  });
  const [row] = rows;
  if (!row) throw new Error('a statement has a plan');
  return row['QUERY PLAN'][0].Plan;
}
