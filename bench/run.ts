import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startEmbeddedDatabase } from '../src/platform/embedded-database/embedded-database.js';
import { type Candidate, startCandidate } from './servers/candidate.js';
import { FLOWS, type Step } from './load/flows.js';
import { load } from './load/measure.js';
import { cpuOf, membersOf, memoryOf } from './load/process-tree.js';
import { figuresOf, type Run, tableOf } from './load/report.js';

/** Every flow on every candidate, in turns, so that all of them have the same machine at the same time. */
const { values: options } = parseArgs({
  options: {
    concurrency: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '10000' },
    pool: { type: 'string', default: '10' },
    workers: { type: 'string', default: '1' },
    cores: { type: 'string', default: 'free' },
    flows: { type: 'string', default: Object.keys(FLOWS).join(';') },
    candidates: { type: 'string', default: 'postern;memory;plain' },
    before: { type: 'string' },
    output: { type: 'string' },
  },
});
const [concurrency, seconds, rounds] = [options.concurrency, options.seconds, options.rounds].map(Number) as [
  number,
  number,
  number,
];
const WARM_UP_SECONDS = 1;
const FIRST_PORT = 39_000;
if (!['free', 'pinned'].includes(options.cores)) throw new Error('--cores is free or pinned');
/** Whether a candidate has core 0 for itself, and all else core 1. */
const isPinned = options.cores === 'pinned';
if (isPinned) pin(process.pid, '1');

const directory = await mkdtemp(join(tmpdir(), 'postern-bench-'));
const server = await startEmbeddedDatabase({ dataDirectory: directory });
const postmaster = Number.parseInt(await readFile(join(directory, 'pgdata', 'postmaster.pid'), 'utf8'), 10);
const candidates: Candidate[] = [];
try {
  for (const [index, name] of options.candidates.split(';').entries()) {
    const port = FIRST_PORT + index;
    const { pool, rows, workers } = options;
    candidates.push(
      await startCandidate(name, { server, directory, port, rows: Number(rows), pool, workers }),
    );
  }
  if (options.before) candidates.push(await startBefore(resolve(options.before)));
  if (isPinned) for (const { pid } of candidates) for (const member of membersOf(pid)) pin(member, '0');
  const runs: Run[] = [];
  for (const flow of options.flows.split(';')) runs.push(...(await measure(flow)));
  const results = figuresOf(runs);
  process.stdout.write(tableOf(results, isPinned ? 'per second of core' : 'per second'));
  if (options.output) {
    await writeFile(options.output, JSON.stringify({ options, node: process.version, results }, null, 2));
  }
} finally {
  for (const candidate of candidates) await candidate.stop();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit(0);

/** Postern of another commit, from a built checkout of it, so that two commits can be measured in one run. */
async function startBefore(checkout: string): Promise<Candidate> {
  const { pool, rows, workers } = options;
  const module = pathToFileURL(join(checkout, 'dist/bench/servers/candidate.js')).href;
  const { startCandidate: start } = (await import(module)) as { startCandidate: typeof startCandidate };
  const port = FIRST_PORT + candidates.length;
  // The name with the rows gives it another database than that of the candidate `postern`.
  const before = await start(`postern@${rows}`, {
    server,
    directory,
    port,
    rows: Number(rows),
    pool,
    workers,
  });
  return { ...before, name: 'before' };
}

async function measure(flow: string): Promise<Run[]> {
  const begin = FLOWS[flow];
  if (!begin) throw new Error(`there is no flow "${flow}"; there are: ${Object.keys(FLOWS).join('; ')}`);
  const runs: { pid: number; steps: Step[]; run: Run }[] = [];
  for (const { name, target, pid } of candidates) {
    const steps: Step[] = [];
    for (let user = 0; user < concurrency; user++) steps.push(await begin(target));
    await load(steps, WARM_UP_SECONDS);
    runs.push({ pid, steps, run: { flow, candidate: name, rounds: [], memory: 0 } });
  }
  for (let round = 0; round < rounds; round++) {
    // Another one begins each round, so that no candidate always runs on a warm or a tired machine.
    for (let turn = 0; turn < runs.length; turn++) {
      const one = runs[(round + turn) % runs.length];
      if (!one) continue;
      const before = [cpuOf(one.pid), cpuOf(postmaster)] as const;
      const { latencies, requests, seconds: took } = await load(one.steps, seconds);
      const cpuNode = (cpuOf(one.pid) - before[0]) / requests;
      one.run.rounds[round] = {
        // Of a core: what one client process on one core can ask for does not keep the server's busy in every flow.
        perSecond: isPinned ? 1e6 / cpuNode : requests / took,
        cpuNode,
        cpuPostgres: (cpuOf(postmaster) - before[1]) / requests,
        latencies,
      };
      one.run.memory = memoryOf(one.pid);
    }
  }
  return runs.map(({ run }) => run);
}

/** Lets all threads of a process run on one core only; what it starts from then on does so, too. Linux only. */
function pin(pid: number, core: string): void {
  execFileSync('taskset', ['-acp', core, String(pid)], { stdio: 'ignore' });
}
