import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Database } from '../src/db/database.js';
import { startEmbeddedDatabase } from '../src/db/embedded.js';
import { migrateUp } from '../src/db/migrator.js';
import { CANDIDATES, type CandidateName } from './candidates.js';
import { FLOWS } from './flows.js';
import { cpuOfTree, load, percentile } from './measure.js';
import { preload } from './preload.js';
import type { Consumption, Target } from './target.js';

const { values: options } = parseArgs({
  options: {
    concurrency: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    rows: { type: 'string', default: '10000' },
    pool: { type: 'string', default: '10' },
    flows: { type: 'string', default: Object.keys(FLOWS).join(';') },
    candidates: { type: 'string', default: CANDIDATES.join(';') },
    output: { type: 'string' },
  },
});
const [concurrency, seconds, rounds] = [
  Number(options.concurrency),
  Number(options.seconds),
  Number(options.rounds),
];

interface Candidate {
  target: Target;
  child: ChildProcess;
}

/** The figures of one candidate in one flow. CPU in microseconds and latency in milliseconds per repetition. */
interface Figures {
  flow: string;
  candidate: string;
  perSecond: number;
  cpuNode: number;
  cpuPostgres: number;
  p50: number;
  p95: number;
  p99: number;
  rssMegabytes: number;
}

const directory = await mkdtemp(join(tmpdir(), 'postern-bench-'));
const server = await startEmbeddedDatabase({ dataDirectory: directory });
const postmaster = Number(
  (await readFile(join(directory, 'pgdata', 'postmaster.pid'), 'utf8')).split('\n')[0],
);
const candidates: Candidate[] = [];
const results: Figures[] = [];
try {
  for (const [index, name] of options.candidates.split(';').entries()) {
    candidates.push(await start(name as CandidateName, 39_000 + index));
  }
  for (const flow of options.flows.split(';')) results.push(...(await measure(flow)));
  print(results);
  if (options.output)
    await writeFile(options.output, JSON.stringify({ options, node: process.version, results }, null, 2));
} finally {
  for (const { child } of candidates) child.disconnect();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit(0);

async function start(name: CandidateName, port: number): Promise<Candidate> {
  const { host, port: socketPort, user } = server.connection;
  const url = `postgres://${user}@localhost:${String(socketPort)}/bench_${name}?host=${encodeURIComponent(host)}`;
  const admin = new Database(server.connection, 1, () => undefined);
  await admin.pool.query(`CREATE DATABASE bench_${name}`);
  await admin.close();
  if (name === 'postern') {
    const own = new Database(url, 1, () => undefined);
    await migrateUp(own);
    await preload(own, Number(options.rows));
    await own.close();
  }
  const script = fileURLToPath(new URL('./candidate-process.js', import.meta.url));
  const child = fork(script, [name], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      ISSUER: `http://localhost:${String(port)}`,
      PORT: String(port),
      DATABASE_URL: url,
      DATABASE_POOL_SIZE: options.pool,
      ENCRYPTION_KEY: randomBytes(32).toString('base64url'),
      SIGN_IN_ATTEMPTS_PER_ACCOUNT: '10000',
      SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000',
      UV_THREADPOOL_SIZE: '16',
      DATA_DIR: directory,
    },
  });
  return { target: await message<Target>(child), child };
}

async function measure(flow: string): Promise<Figures[]> {
  const begin = FLOWS[flow];
  if (!begin) throw new Error(`there is no flow "${flow}"; there are: ${Object.keys(FLOWS).join('; ')}`);
  const runs = await Promise.all(
    candidates.map(async ({ target, child }) => {
      const steps = [];
      for (let user = 0; user < concurrency; user++) steps.push(await begin(target));
      await load(steps, 0.5);
      return {
        target,
        child,
        steps,
        requests: 0,
        seconds: 0,
        latencies: [] as number[],
        cpuNode: 0,
        cpuPostgres: 0,
        rss: 0,
      };
    }),
  );
  for (let round = 0; round < rounds; round++) {
    // Another one begins each round, so that no candidate always runs on a warm or a tired machine.
    for (let turn = 0; turn < runs.length; turn++) {
      const run = runs[(round + turn) % runs.length];
      if (!run) continue;
      const [before, postgresBefore] = [await consumption(run.child), cpuOfTree(postmaster)];
      const slice = await load(run.steps, seconds);
      const [after, postgresAfter] = [await consumption(run.child), cpuOfTree(postmaster)];
      run.requests += slice.requests;
      run.seconds += slice.seconds;
      run.latencies.push(...slice.latencies);
      run.cpuNode += after.cpu - before.cpu;
      run.cpuPostgres += postgresAfter - postgresBefore;
      run.rss = after.rss;
    }
  }
  return runs.map((run) => {
    const sorted = run.latencies.sort((a, b) => a - b);
    return {
      flow,
      candidate: run.target.name,
      perSecond: run.requests / run.seconds,
      cpuNode: run.cpuNode / run.requests,
      cpuPostgres: run.cpuPostgres / run.requests,
      p50: percentile(sorted, 0.5),
      p95: percentile(sorted, 0.95),
      p99: percentile(sorted, 0.99),
      rssMegabytes: run.rss / 1e6,
    };
  });
}

function print(figures: readonly Figures[]): void {
  const lines = [
    '| flow | candidate | per second | of memory | CPU µs node + pg | p50 | p95 | p99 ms | RSS MB |',
    '|---|---|---|---|---|---|---|---|---|',
  ];
  for (const row of figures) {
    const limit = figures.find(({ flow, candidate }) => flow === row.flow && candidate === 'memory');
    const ratio = limit ? (row.perSecond / limit.perSecond).toFixed(2) : '';
    const [cpu, latency] = [
      `${row.cpuNode.toFixed(0)} + ${row.cpuPostgres.toFixed(0)}`,
      [row.p50, row.p95, row.p99],
    ];
    lines.push(
      `| ${[row.flow, row.candidate, row.perSecond.toFixed(0), ratio, cpu, ...latency.map((ms) => ms.toFixed(1)), row.rssMegabytes.toFixed(0)].join(' | ')} |`,
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function consumption(child: ChildProcess): Promise<Consumption> {
  child.send('how much');
  return message<Consumption>(child);
}

function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the candidate ended with ${String(code)}`));
    child.once('exit', onExit);
    child.once('message', (value) => {
      child.off('exit', onExit);
      resolve(value as T);
    });
  });
}
