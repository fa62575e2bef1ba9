import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Database } from '../src/platform/db/database.js';
import { startEmbeddedDatabase } from '../src/platform/embedded-database/embedded-database.js';
import { migrateUp } from '../src/platform/database-setup/migrator.js';
import { FLOWS } from './load/flows.js';
import { OpenLoop, summary } from './load/open-loop.js';
import { serve } from './servers/serving.js';

/**
 * Whether the table stays flat and requests feel nothing while rows expire: tokens of 600 seconds, purged every minute, for
 * an hour; all of it (and PostgreSQL's autovacuum) `COMPRESSION` times as fast. Then many rows expire within a second.
 */
const COMPRESSION = 60;
const [LIFETIME, INTERVAL] = [600 / COMPRESSION, 60 / COMPRESSION];

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: String(3_600 / COMPRESSION) },
    rate: { type: 'string', default: '300' },
    rows: { type: 'string', default: '500000' },
    workers: { type: 'string', default: '1' },
    port: { type: 'string', default: '39100' },
  },
});
const [seconds, rate, rows] = [Number(options.seconds), Number(options.rate), Number(options.rows)];
const USERS = 64;
const SAMPLES = 12;
const BEFORE_AND_AFTER = 10;

const directory = await mkdtemp(join(tmpdir(), 'postern-bench-'));
const postgres = await startEmbeddedDatabase({ dataDirectory: directory });
const database = new Database(postgres.connection, 2, () => undefined);
const pool = new pg.Pool({ ...postgres.connection, max: 2 });
try {
  await pool.query(`ALTER SYSTEM SET autovacuum_naptime = '${String(60 / COMPRESSION)}s'`);
  await pool.query('SELECT pg_reload_conf()');
  await migrateUp(database);
  const { host, port, user } = postgres.connection;
  const server = await serve(Number(options.port), {
    DATABASE_URL: `postgres://${user}@localhost:${String(port)}/postern?host=${encodeURIComponent(host)}`,
    DATA_DIR: directory,
    ENCRYPTION_KEY: randomBytes(32).toString('base64url'),
    CLIENT_CREDENTIALS_TTL: String(LIFETIME),
    EXPIRY_INTERVAL: String(INTERVAL),
    WORKERS: options.workers,
    LOG_LEVEL: 'info',
  });
  const begin = FLOWS['client credentials'];
  if (!begin) throw new Error('there is no such flow');
  const users = await Promise.all(Array.from({ length: USERS }, () => begin(server.target)));
  const load = new OpenLoop(users, rate);
  load.start();
  try {
    await hour(load);
    await backlog(load);
  } finally {
    await load.stop();
    await server.stop();
  }
} finally {
  await pool.end();
  await database.close();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit(0);

async function hour(load: OpenLoop): Promise<void> {
  say(
    `\nAn hour in ${String(seconds)} s: ${String(rate)} tokens a second that live ${String(LIFETIME)} s, purged every ${String(INTERVAL)} s\n`,
  );
  say('| minute | live | expired | dead | table MB | indexes MB | per second | p50 ms | p99 ms | errors |');
  say('|---|---|---|---|---|---|---|---|---|---|');
  load.take();
  for (let sample = 1; sample <= SAMPLES; sample++) {
    await sleep((seconds * 1000) / SAMPLES);
    await line(String(Math.round((sample * 60) / SAMPLES)), load, seconds / SAMPLES);
  }
}

async function backlog(load: OpenLoop): Promise<void> {
  const [text, values] = [
    'INSERT INTO artifacts (id, model, payload, grant_id, client_id, expires_at)',
    [rows],
  ];
  const filling = performance.now();
  // They live for an hour at first, so that they expire at one moment however long it takes to write them.
  await pool.query(
    `${text} SELECT sha256(i::text::bytea), 2, jsonb_build_object('kind', 'AccessToken', 'iat', 1, 'scope', 'openid profile email'),
       'grant-' || i / 3, 'client-' || i % 100, now() + make_interval(secs => 90 + i::float8 / $1) FROM generate_series(1, $1::int) AS i`,
    values,
  );
  const left = 88 - (performance.now() - filling) / 1000 - BEFORE_AND_AFTER;
  if (left < 0) throw new Error('the rows expired while they were written: use fewer of them');
  await sleep(left * 1000);
  say(`\n${String(rows)} rows expire within a second\n`);
  say('| when | live | expired | dead | table MB | indexes MB | per second | p50 ms | p99 ms | errors |');
  say('|---|---|---|---|---|---|---|---|---|---|');
  load.take();
  await sleep(BEFORE_AND_AFTER * 1000);
  await line('before', load, BEFORE_AND_AFTER);
  const before = await deletedRows();
  while ((await deletedRows()) < before + rows / 100) await sleep(50);
  load.take();
  const begun = performance.now();
  while ((await deletedRows()) < before + rows) await sleep(250);
  const took = (performance.now() - begun) / 1000;
  await line(`during, ${took.toFixed(1)} s`, load, took);
  await sleep(BEFORE_AND_AFTER * 1000);
  await line('after', load, BEFORE_AND_AFTER);
}

async function line(name: string, load: OpenLoop, time: number): Promise<void> {
  const window = load.take();
  const { perSecond, p50, p99 } = summary(window, time);
  const { live, expired, dead, table, indexes } = await size();
  const megabytes = [table, indexes].map((bytes) => (bytes / 1e6).toFixed(1));
  const cells = [
    name,
    live,
    expired,
    dead,
    ...megabytes,
    perSecond.toFixed(0),
    p50.toFixed(1),
    p99.toFixed(1),
  ];
  say(`| ${[...cells, window.errors].join(' | ')} |`);
}

interface Size {
  live: number;
  expired: number;
  dead: number;
  table: number;
  indexes: number;
}

async function size(): Promise<Size> {
  const { rows: found } = await pool.query<Size>(
    `SELECT count(*) FILTER (WHERE expires_at >= now())::int AS live, count(*) FILTER (WHERE expires_at < now())::int AS expired,
       (SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'artifacts')::int AS dead,
       pg_relation_size('artifacts')::float8 AS table, pg_indexes_size('artifacts')::float8 AS indexes FROM artifacts`,
  );
  if (!found[0]) throw new Error('PostgreSQL did not answer');
  return found[0];
}

/** By PostgreSQL's counters, a second late: looking at the rows would disturb what is measured. */
async function deletedRows(): Promise<number> {
  const text = "SELECT n_tup_del::float8 AS count FROM pg_stat_user_tables WHERE relname = 'artifacts'";
  return (await pool.query<{ count: number }>(text)).rows[0]?.count ?? 0;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
