import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Database } from '../src/platform/db/database.js';
import { startEmbeddedDatabase } from '../src/platform/embedded-database/embedded-database.js';
import { migrateUp } from '../src/platform/database-setup/migrator.js';
import { FLOWS, type Step } from './load/flows.js';
import { load as fullLoad } from './load/measure.js';
import { memoryOf } from './load/process-tree.js';
import { OpenLoop, summary } from './load/open-loop.js';
import { preload } from './servers/preload.js';
import type { Consumption, Target } from './load/target.js';

/**
 * Minutes of mixed load at a share of what the server can do. It finds out first what that is, with as many users as fast
 * as they are answered; then steps come at a fixed pace, and latency counts from when a step was meant to start.
 */
const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    share: { type: 'string', default: '0.7' },
    'capacity-seconds': { type: 'string', default: '20' },
    rows: { type: 'string', default: '10000' },
    pool: { type: 'string', default: '10' },
    port: { type: 'string', default: '39200' },
    output: { type: 'string' },
  },
});
const [minutes, share, capacitySeconds] = [
  Number(options.minutes),
  Number(options.share),
  Number(options['capacity-seconds']),
];

/** Users of each flow; they take turns, so that this is the mix of steps too. */
const MIX: Readonly<Record<string, number>> = {
  'client credentials': 60,
  'client credentials, JWT': 30,
  introspection: 40,
  userinfo: 20,
  refresh: 20,
  'code + PKCE, session': 15,
  revocation: 14,
  // A password costs as much CPU as hundreds of other steps.
  'first sign-in': 1,
};
const AT_ONCE = 32;

/** The state of things after a minute. Memory in bytes, times in milliseconds. */
interface Minute extends Consumption {
  minute: number;
  perSecond: number;
  p50: number;
  p99: number;
  errors: number;
  behind: number;
  postgres: number;
}

const directory = await mkdtemp(join(tmpdir(), 'postern-bench-'));
const postgres = await startEmbeddedDatabase({ dataDirectory: directory });
const postmaster = Number.parseInt(await readFile(join(directory, 'pgdata', 'postmaster.pid'), 'utf8'), 10);
let child: ChildProcess | undefined;
try {
  const database = new Database(postgres.connection, 1, () => undefined);
  await migrateUp(database);
  await preload(database, Number(options.rows));
  await database.close();
  child = start();
  const [target] = (await once(child, 'message')) as [Target];
  const users = await makeUsers(target);
  const asFast = inTurn(users);
  await fullLoad(asFast, 2);
  const full = await fullLoad(asFast, capacitySeconds);
  const capacity = full.requests / full.seconds;
  const rate = capacity * share;
  say(
    `Capacity ${capacity.toFixed(0)} steps a second; load ${rate.toFixed(0)} a second (${String(share)}).\n`,
  );
  const results = await soak(child, users, rate);
  if (options.output) {
    const text = JSON.stringify(
      { options, mix: MIX, node: process.version, capacity, rate, results },
      null,
      2,
    );
    await writeFile(options.output, text);
  }
} finally {
  child?.disconnect();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit(0);

function start(): ChildProcess {
  const { host, port, user } = postgres.connection;
  const script = fileURLToPath(new URL('./servers/candidate-process.js', import.meta.url));
  return fork(script, ['postern'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--expose-gc'],
    env: {
      ...process.env,
      ISSUER: `http://localhost:${options.port}`,
      PORT: options.port,
      DATABASE_URL: `postgres://${user}@localhost:${String(port)}/postern?host=${encodeURIComponent(host)}`,
      DATABASE_POOL_SIZE: options.pool,
      DATA_DIR: directory,
      ENCRYPTION_KEY: randomBytes(32).toString('base64url'),
      SIGN_IN_ATTEMPTS_PER_ACCOUNT: '10000',
      SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000',
      UV_THREADPOOL_SIZE: '16',
      // Short lives, so that within the minutes as much expires as is made.
      ACCESS_TOKEN_TTL: '3600',
      CLIENT_CREDENTIALS_TTL: '60',
      EXPIRY_INTERVAL: '10',
    },
  });
}

/** In an order in which the flows are mixed from the first turn on. Most of them have to sign in first. */
async function makeUsers(target: Target): Promise<Step[]> {
  const places = Object.entries(MIX).flatMap(([name, count]) =>
    Array.from({ length: count }, (_, index) => ({ name, place: (index + 0.5) / count })),
  );
  const users: Step[] = [];
  for (const { name } of places.sort((a, b) => a.place - b.place)) {
    const begin = FLOWS[name];
    if (!begin) throw new Error(`there is no flow "${name}"`);
    users.push(await begin(target));
  }
  return users;
}

/** Steps that each take the user who has waited longest, for the same mix as at a fixed pace. */
function inTurn(users: readonly Step[]): Step[] {
  const idle = [...users];
  return Array.from({ length: AT_ONCE }, () => async () => {
    const step = idle.shift();
    if (!step) throw new Error('there are fewer users than are at work at once');
    await step();
    idle.push(step);
  });
}

async function soak(server: ChildProcess, users: readonly Step[], rate: number): Promise<Minute[]> {
  say(
    '| minute | per second | p50 ms | p99 ms | errors | behind | loop delay p99 ms | RSS MB | heap MB | PostgreSQL MB |',
  );
  say('|---|---|---|---|---|---|---|---|---|---|');
  const load = new OpenLoop(users, rate);
  const results: Minute[] = [];
  const note = async (minute: number, question: string) => {
    const { errors, behind, ...window } = load.take();
    const figures = summary({ errors, behind, ...window }, 60);
    const result: Minute = {
      ...{ minute, ...figures, errors, behind, postgres: memoryOf(postmaster) },
      ...(await ask(server, question)),
    };
    results.push(result);
    show(result);
  };
  await note(0, 'how much is in use');
  load.start();
  for (let minute = 1; minute <= minutes; minute++) {
    await sleep(60_000);
    await note(minute, 'how much');
  }
  await load.stop();
  say('\nAt rest, a second later, after a garbage collection as at minute 0:\n');
  await sleep(1_000);
  load.take();
  await note(minutes, 'how much is in use');
  if (load.firstError) say(`\nThe first error: ${load.firstError.message}`);
  return results;
}

async function ask(server: ChildProcess, question: string): Promise<Consumption> {
  const answer = once(server, 'message') as Promise<[Consumption]>;
  server.send(question);
  return (await answer)[0];
}

function show(result: Minute): void {
  const { minute, perSecond, p50, p99, errors, behind, eventLoopDelay, rss, heap } = result;
  const times = [p50, p99].map((time) => (Number.isNaN(time) ? '' : time.toFixed(1)));
  const memory = [rss, heap, result.postgres].map((bytes) => (bytes / 1e6).toFixed(0));
  const cells = [
    minute,
    perSecond.toFixed(0),
    ...times,
    errors,
    behind,
    eventLoopDelay.toFixed(1),
    ...memory,
  ];
  say(`| ${cells.join(' | ')} |`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
