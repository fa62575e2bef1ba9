import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FLOWS } from '../../../bench/load/flows.js';
import { load } from '../../../bench/load/measure.js';
import { debianProgram, newPgBouncer, versionOf } from '../../harness/servers/debian.js';
import { startLoadNodes } from '../../harness/nodes/load-nodes.js';
import { startPgBouncer } from '../../harness/servers/pgbouncer.js';
import { PostgresServer } from '../../harness/servers/postgres-server.js';
import { type Command, ServerDirectory } from '../../harness/servers/workplace.js';
import { type Environment, killAll, runPostern } from '../../harness/nodes/postern-process.js';

/** Two nodes through PgBouncer in transaction mode: every flow under load, without one wrong answer. */
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    concurrency: { type: 'string', default: '16' },
    flows: { type: 'string', default: Object.keys(FLOWS).join(';') },
  },
});
/** Connections to PostgreSQL: far fewer than the nodes open to PgBouncer. */
const SERVER_CONNECTIONS = 6;

interface Mode {
  name: string;
  pgbouncer: Command;
  lines: readonly string[];
  settings: Environment;
}

const place = new ServerDirectory();
try {
  const [old, recent] = [await debianProgram('/usr/sbin/pgbouncer', 'pgbouncer'), await newPgBouncer(place)];
  const without = {
    lines: ['max_prepared_statements = 0'],
    settings: { DATABASE_PREPARED_STATEMENTS: 'false' },
  };
  const modes: Mode[] = [
    {
      name: 'prepared statements',
      pgbouncer: recent,
      lines: ['ignore_startup_parameters = options', 'max_prepared_statements = 200'],
      settings: {},
    },
    { name: 'without', pgbouncer: recent, ...without },
    { name: 'without', pgbouncer: old, ...without, lines: [] },
  ];
  process.stdout.write(
    '| PgBouncer | statements | flow | requests | per second | connections to PostgreSQL |\n',
  );
  process.stdout.write('|---|---|---|---|---|---|\n');
  for (const [index, mode] of modes.entries()) await walk(mode, `server${String(index)}`);
} finally {
  await killAll();
  await place.close();
}

async function walk(mode: Mode, directory: string): Promise<void> {
  const server = await PostgresServer.create(place, directory);
  // What Postern cannot say when it connects through a pooler: see docs/operations.md.
  await server.execute(
    'ALTER ROLE postern IN DATABASE postern SET enable_seqscan = off',
    'ALTER ROLE postern IN DATABASE postern SET jit = off',
  );
  const pooler = await startPgBouncer(place, mode.pgbouncer, {
    server: server.port,
    size: SERVER_CONNECTIONS,
    lines: mode.lines,
  });
  const { processes, targets, environment } = await startLoadNodes(2, {
    DATABASE_URL: pooler.url,
    DATABASE_POOL_SIZE: '10',
    EXPIRY_INTERVAL: '1',
    ...mode.settings,
  });
  const demo = await runPostern(['demo', '--headless'], environment);
  if (demo.code !== 0) throw new Error(`the headless demo: ${demo.stdout}\n${demo.stderr}`);
  const version = await versionOf(place, mode.pgbouncer);
  for (const name of options.flows.split(';')) {
    const flow = FLOWS[name];
    if (!flow) throw new Error(`there is no flow "${name}"`);
    const steps = [];
    for (let user = 0; user < Number(options.concurrency); user++) {
      const target = targets[user % targets.length];
      if (target) steps.push(await flow(target));
    }
    const watch = { most: 0, over: false };
    const watched = watchConnections(server, watch);
    const { requests, seconds } = await load(steps, Number(options.seconds));
    watch.over = true;
    await watched;
    const row = [version, mode.name, name, requests, (requests / seconds).toFixed(0), watch.most];
    process.stdout.write(`| ${row.join(' | ')} |\n`);
    if (watch.most > SERVER_CONNECTIONS) throw new Error('PgBouncer did not share its connections');
  }
  for (const node of processes) {
    const { code } = await node.end('SIGTERM');
    const complaints = node.stderr
      .split('\n')
      .filter((line) => /"level":(?:[456]0|"(?:warn|error|fatal)")/.test(line))
      .filter((line) => !line.includes('the supported versions of Node.js'));
    if (code !== 0 || complaints.length > 0) throw new Error(`a node complained: ${complaints.join('\n')}`);
  }
  await pooler.stop();
  await server.signalAll('SIGKILL');
}

/** Counts Postern's connections at PostgreSQL now and then, until it is over. */
async function watchConnections(
  server: PostgresServer,
  watch: { most: number; readonly over: boolean },
): Promise<void> {
  while (!watch.over) {
    const rows = await server.execute("SELECT FROM pg_stat_activity WHERE usename = 'postern'");
    watch.most = Math.max(watch.most, rows.length);
    await sleep(200);
  }
}
