import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'undici';
import { startEmbeddedDatabase } from '../src/platform/embedded-database/embedded-database.js';
import { FLOWS, type Step } from './load/flows.js';
import { load } from './load/measure.js';
import { OpenLoop } from './load/open-loop.js';
import { percentile } from './load/report.js';
import { startCandidate } from './servers/candidate.js';
import { startTlsProxy } from './servers/tls-proxy.js';

/**
 * Latency of each flow at shares of what the server can do, which is found out first, with as many users as fast as they are
 * answered; then steps come at a fixed pace, and latency counts from when a step was meant to start. Meanwhile other
 * connections are open that ask for next to nothing. `--tls on` puts nginx in front, `--tls close` one that closes each
 * connection to the server after its request.
 */
const { values: options } = parseArgs({
  options: {
    users: { type: 'string', default: '64' },
    connections: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '8' },
    shares: { type: 'string', default: '0.2;0.5;0.8' },
    rows: { type: 'string', default: '10000' },
    pool: { type: 'string', default: '10' },
    workers: { type: 'string', default: '1' },
    tls: { type: 'string', default: 'off' },
    flows: {
      type: 'string',
      default: 'client credentials;introspection;userinfo;refresh;code + PKCE, session',
    },
  },
});
const [seconds, userCount, connectionCount] = [options.seconds, options.users, options.connections].map(
  Number,
) as [number, number, number];
/** Each of the other connections asks once in this many milliseconds. */
const BETWEEN_REQUESTS = 4_000;
const WARM_UP_SECONDS = 2;
const [PORT, TLS_PORT] = [39_300, 39_301];
if (!['off', 'on', 'close'].includes(options.tls)) throw new Error('--tls is off, on or close');

const directory = await mkdtemp(join(tmpdir(), 'postern-bench-'));
const server = await startEmbeddedDatabase({ dataDirectory: directory });
const hasTls = options.tls !== 'off';
let stopProxy: (() => Promise<void>) | undefined;
try {
  if (hasTls)
    stopProxy = await startTlsProxy({ port: TLS_PORT, node: PORT, keepsConnections: options.tls === 'on' });
  const { pool, workers, rows } = options;
  const candidate = await startCandidate('postern', {
    ...{ server, directory, port: PORT, pool, workers },
    ...(hasTls ? { issuer: `https://localhost:${String(TLS_PORT)}` } : {}),
    rows: Number(rows),
  });
  void keepOpen(candidate.target.issuer, connectionCount);
  process.stdout.write('| flow | share | per second | p50 ms | p99 | p99.9 |\n');
  process.stdout.write('| --- | --- | --- | --- | --- | --- |\n');
  for (const name of options.flows.split(';')) {
    const begin = FLOWS[name];
    if (!begin) throw new Error(`there is no flow "${name}"; there are: ${Object.keys(FLOWS).join('; ')}`);
    const users: Step[] = [];
    for (let user = 0; user < userCount; user++) users.push(await begin(candidate.target));
    await load(users, WARM_UP_SECONDS);
    const full = await load(users, seconds);
    for (const share of options.shares.split(';')) {
      await measure(name, users, share, (full.requests / full.seconds) * Number(share));
    }
  }
  await candidate.stop();
} finally {
  await stopProxy?.();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit(0);

async function measure(flow: string, users: readonly Step[], share: string, rate: number): Promise<void> {
  const open = new OpenLoop(users, rate);
  open.start();
  await sleep(seconds * 1_000);
  const { latencies } = open.take();
  await open.stop();
  if (open.firstError) throw open.firstError;
  const sorted = latencies.toSorted((a, b) => a - b);
  const times = [0.5, 0.99, 0.999].map((at) => percentile(sorted, at).toFixed(1));
  const cells = [flow, share, (latencies.length / seconds).toFixed(0), ...times];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

/** Keeps that many connections open. One that the server closes is opened again by its next request. */
async function keepOpen(origin: string, count: number): Promise<void> {
  const clients = Array.from({ length: count }, () => new Client(origin, { keepAliveTimeout: 60_000 }));
  for (let turn = 0; count > 0; turn = (turn + 1) % count) {
    const answer = clients[turn]?.request({ method: 'GET', path: '/livez' });
    answer?.then(({ body }) => body.dump()).catch(() => undefined);
    await sleep(BETWEEN_REQUESTS / count);
  }
}
