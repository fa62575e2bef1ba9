import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FLOWS, type User } from './flows.js';
import { Postgres } from './postgres.js';
import { cpuOf, cpuOfMachine, residentMemoryOf } from '../load/process-tree.js';
import type { Running } from './processes.js';
import { hydra } from './products/hydra.js';
import { keycloak } from './products/keycloak.js';
import { postern } from './products/postern.js';
import { type Product, type Site, type Target, untilReady } from './products/product.js';
import { type Cell, type Facts, factTable, flowTable, latencyOf } from './report.js';

const PRODUCTS: Readonly<Record<string, (site: Site) => Product>> = {
  postern,
  hydra: (site) => hydra(site, false),
  'hydra-evened': (site) => hydra(site, true),
  keycloak,
};

/** Every flow on every product, on one PostgreSQL and in turns. See README.md. */
const { values: options } = parseArgs({
  options: {
    products: { type: 'string', default: Object.keys(PRODUCTS).join(';') },
    flows: { type: 'string', default: Object.keys(FLOWS).join(';') },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    warm: { type: 'string', default: '10' },
    users: { type: 'string', default: '16' },
    workers: { type: 'string', default: '1' },
    cores: { type: 'string', default: 'pinned' },
    port: { type: 'string', default: '4300' },
    cache: { type: 'string', default: join(homedir(), '.cache', 'postern-peers') },
    output: { type: 'string' },
  },
});
const [rounds, seconds, warm, userCount, firstPort] = [
  options.rounds,
  options.seconds,
  options.warm,
  options.users,
  options.port,
].map(Number) as [number, number, number, number, number];
const [serverCores, otherCores] =
  options.cores === 'free' ? [allCores(), allCores()] : (['0', '1'] as [string, string]);
const IDLE_MS = 10_000;
/** Go collects garbage at least every two minutes, Postern within half a minute of its load. */
const QUIET_MS = 150_000;

/** A product that runs. */
interface Measured {
  product: Product;
  target: Target;
  server: Running;
  helper: Running | undefined;
  facts: Facts;
}

/** The users of one flow on one product. */
interface Crowd {
  measured: Measured;
  users: User[];
}

const directory = await mkdtemp(join(tmpdir(), 'postern-peers-'));
const started: { stop(): Promise<void> }[] = [];
const cells: Cell[] = [];
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
try {
  await mkdir(options.cache, { recursive: true });
  execFileSync('taskset', ['-acp', otherCores, String(process.pid)], { stdio: 'ignore' });
  const postgres = await Postgres.start(join(directory, 'postgres.log'), firstPort, otherCores);
  started.push(postgres);
  const all: Measured[] = [];
  for (const name of options.products.split(';')) all.push(await start(name, all.length, postgres));
  await sleep(IDLE_MS);
  for (const { facts, server } of all) facts.idle = residentMemoryOf(server.pid);
  for (const flow of options.flows.split(';')) await measure(flow, all, postgres);
  await sleep(QUIET_MS);
  for (const { facts, server } of all) facts.quiet = residentMemoryOf(server.pid);
  const facts = all.map((one) => one.facts);
  const { model = '' } = cpus()[0] ?? {};
  process.stdout.write(`PostgreSQL ${postgres.version}, Node.js ${process.version}, ${model}\n\n`);
  process.stdout.write(`${flowTable(cells)}\n${factTable(facts)}`);
  if (options.output) await writeFile(options.output, JSON.stringify({ options, facts, cells }, null, 2));
} finally {
  for (const one of started.reverse()) await one.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit();

async function start(name: string, index: number, postgres: Postgres): Promise<Measured> {
  const make = PRODUCTS[name];
  if (!make) throw new Error(`there is no product "${name}"; there are: ${Object.keys(PRODUCTS).join('; ')}`);
  const database = name.replaceAll('-', '_');
  await postgres.createDatabase(database);
  const port = firstPort + 10 * (index + 1);
  const { cache, workers } = options;
  const product = make({ postgres, database, directory, cache, port, workers });
  say(`${name}: installing`);
  await product.install();
  const since = performance.now();
  const server = product.launch(serverCores);
  started.push(server);
  await untilReady(server, product.discovery);
  const ready = (performance.now() - since) / 1000;
  const helper = product.helper?.(otherCores);
  if (helper) started.push(helper);
  const target = await product.setUp();
  const facts = { product: name, version: await product.version(), ready, idle: 0, afterLoad: 0, quiet: 0 };
  return { product, target, server, helper, facts };
}

async function measure(flow: string, all: readonly Measured[], postgres: Postgres): Promise<void> {
  const begin = FLOWS[flow];
  if (!begin) throw new Error(`there is no flow "${flow}"; there are: ${Object.keys(FLOWS).join('; ')}`);
  const crowds: Crowd[] = [];
  for (const measured of all) {
    say(`${flow}: ${measured.product.name} warms up`);
    const users: User[] = [];
    for (let index = 0; index < userCount; index++) users.push(await begin(measured.target, index));
    for (const user of users) await user.prepare();
    await load(users, warm);
    crowds.push({ measured, users });
  }
  // What autovacuum has long done where a product is in use.
  for (const { product } of all) await postgres.query('VACUUM (ANALYZE)', product.name.replaceAll('-', '_'));
  for (let round = 0; round < rounds; round++) {
    // Another one begins each round, so that no product always runs on a warm or a tired machine.
    for (let turn = 0; turn < crowds.length; turn++) {
      const crowd = crowds[(round + turn) % crowds.length];
      if (crowd) cells.push(await cell(flow, crowd, postgres));
    }
  }
}

async function cell(flow: string, { measured, users }: Crowd, postgres: Postgres): Promise<Cell> {
  const { facts, product, server, helper } = measured;
  for (const user of users) await user.prepare();
  const used = () => {
    const { user, system } = process.cpuUsage();
    return {
      server: cpuOf(server.pid),
      postgres: cpuOf(postgres.running.pid),
      helper: helper ? cpuOf(helper.pid) : 0,
      load: user + system,
      machine: cpuOfMachine(),
    };
  };
  const before = used();
  const { latencies, errors, took } = await load(users, seconds);
  const after = used();
  facts.afterLoad = residentMemoryOf(server.pid);
  const cpu = (key: keyof typeof before) => after[key] - before[key];
  const own = cpu('server') + cpu('postgres') + cpu('helper') + cpu('load');
  const count = latencies.length;
  const result = {
    flow,
    product: product.name,
    perSecond: count / took,
    ...latencyOf(latencies),
    server: cpu('server') / count,
    postgres: cpu('postgres') / count,
    helper: cpu('helper') / count,
    serverBusy: cpu('server') / 1e6 / took,
    foreignBusy: Math.max(0, cpu('machine') - own) / 1e6 / took,
    errors,
  };
  say(`${flow}: ${product.name} ${result.perSecond.toFixed(0)} a second, ${String(errors)} errors`);
  return result;
}

async function load(users: readonly User[], duration: number) {
  const latencies: number[] = [];
  let errors = 0;
  const started = performance.now();
  const until = started + duration * 1000;
  await Promise.all(
    users.map(async (user) => {
      while (performance.now() < until) {
        const from = performance.now();
        try {
          await user.step();
          latencies.push(performance.now() - from);
        } catch (error) {
          if (errors++ === 0) say(String(error));
          await user.prepare().catch(() => sleep(50));
        }
      }
    }),
  );
  return { latencies, errors, took: (performance.now() - started) / 1000 };
}

function allCores(): string {
  return `0-${String(cpus().length - 1)}`;
}

function say(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}
