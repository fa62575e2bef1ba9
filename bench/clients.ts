import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbeddedDatabase } from '../src/platform/embedded-database/embedded-database.js';
import { expectStatus, send } from './load/http-client.js';
import { cpuOf, residentMemoryOf } from './load/process-tree.js';
import { percentile } from './load/report.js';
import { CLIENT } from './load/target.js';
import { startCandidate } from './servers/candidate.js';

/**
 * What it costs that many clients take turns: client credentials of one client, of each of many for the first time since the
 * server started, and of each of them again. All of them have copies of one client's record and secret, which the server
 * cannot know.
 */
const { values: options } = parseArgs({
  options: {
    clients: { type: 'string', default: '100000' },
    users: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '60' },
    pool: { type: 'string', default: '10' },
    workers: { type: 'string', default: '1' },
  },
});
const [clients, users, seconds] = [options.clients, options.users, options.seconds].map(Number) as [
  number,
  number,
  number,
];

/** Copies of a row of `table`, which `from` names `original`, with other ids. */
const copyRows = (table: string, ids: string, from: string): string => `DO $do$ DECLARE columns text; BEGIN
  SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
    WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
  EXECUTE format($sql$ INSERT INTO ${table} (%1$s) SELECT %1$s FROM (
    SELECT (jsonb_populate_record(original, jsonb_build_object('id', gen_random_uuid(), ${ids}))).* FROM ${from}) copies $sql$, columns);
  END $do$`;
const isOriginal = `client_name = '${CLIENT.client_name}'`;
const COPIES = `
  ${copyRows('oauth_clients', "'client_id', gen_random_uuid()", `oauth_clients original, generate_series(1, ${String(clients)}) WHERE ${isOriginal}`)};
  ${copyRows(
    'oauth_client_secrets',
    "'oauth_client_id', c.id",
    `oauth_client_secrets original, oauth_clients c WHERE c.${isOriginal} AND c.id <> original.oauth_client_id
       AND original.oauth_client_id IN (SELECT id FROM oauth_clients WHERE ${isOriginal})`,
  )}; ANALYZE oauth_clients, oauth_client_secrets`;

const directory = await mkdtemp(join(tmpdir(), 'postern-bench-'));
const server = await startEmbeddedDatabase({ dataDirectory: directory });
const postmaster = Number.parseInt(await readFile(join(directory, 'pgdata', 'postmaster.pid'), 'utf8'), 10);
try {
  const { pool, workers } = options;
  const candidate = await startCandidate('postern', {
    ...{ server, directory, port: 39_400, pool, workers },
    rows: 10_000,
  });
  const { pid, target } = candidate;
  const { clientId, clientSecret, issuer } = target;
  const copies = await copiesOf(clientId);
  const ask = async (id: string) => {
    const authorization = `Basic ${Buffer.from(`${id}:${clientSecret}`).toString('base64')}`;
    const form = { grant_type: 'client_credentials', scope: 'profile email' };
    expectStatus(await send(`${issuer}/oauth2/token`, { headers: { authorization }, form }), 200);
  };
  process.stdout.write(
    '| clients | requests | per second | CPU µs Node + PostgreSQL | p50 ms | p99 | MB |\n',
  );
  process.stdout.write('| --- | --- | --- | --- | --- | --- | --- |\n');
  await ask(clientId);
  await measure('one', () => clientId, ask, pid);
  const reached = await measure('each for the first time', inTurn(copies), ask, pid);
  await measure('each again', inTurn(copies.slice(0, reached)), ask, pid);
  await candidate.stop();
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit(0);

/** Asks for the client that `next` names until it names none or the time is over; returns for how many. */
async function measure(
  name: string,
  next: () => string | undefined,
  ask: (clientId: string) => Promise<void>,
  pid: number,
): Promise<number> {
  const latencies: number[] = [];
  const [node, database, started] = [cpuOf(pid), cpuOf(postmaster), performance.now()];
  const use = async () => {
    while (performance.now() - started < seconds * 1_000) {
      const clientId = next();
      if (clientId === undefined) return;
      const from = performance.now();
      await ask(clientId);
      latencies.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: users }, use));
  const took = (performance.now() - started) / 1_000;
  const count = latencies.length;
  const cpu = [cpuOf(pid) - node, cpuOf(postmaster) - database].map((used) => (used / count).toFixed(0));
  latencies.sort((a, b) => a - b);
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(latencies, share).toFixed(1));
  const cells = [name, count, (count / took).toFixed(0), cpu.join(' + '), p50, p99, residentMemoryOf(pid)];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
  return count;
}

function inTurn(clientIds: readonly string[]): () => string | undefined {
  let index = 0;
  return () => clientIds[index++];
}

/** The client_ids of as many copies of the client as are wanted. */
async function copiesOf(clientId: string): Promise<string[]> {
  const sql = new pg.Client({ ...server.connection, database: 'bench_postern' });
  await sql.connect();
  try {
    await sql.query(COPIES);
    const others = `SELECT client_id FROM oauth_clients WHERE ${isOriginal} AND client_id <> $1`;
    const { rows } = await sql.query<{ client_id: string }>(others, [clientId]);
    return rows.map((row) => row.client_id);
  } finally {
    await sql.end();
  }
}
