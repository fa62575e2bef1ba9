import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { newPgBouncer } from '../../harness/servers/debian.js';
import { startHaproxy } from '../../harness/servers/haproxy.js';
import { startLoadNodes } from '../../harness/nodes/load-nodes.js';
import { startPgBouncer } from '../../harness/servers/pgbouncer.js';
import { PostgresServer } from '../../harness/servers/postgres-server.js';
import { ServerDirectory } from '../../harness/servers/workplace.js';
import { freePort } from '../../harness/nodes/test-server.js';
import { killAll } from '../../harness/nodes/postern-process.js';
import { audit } from './audit.js';
import { prepareCallers } from './callers.js';
import { Ledger } from './ledger.js';
import { report, TABLE_HEAD } from './report.js';
import { type Outcome, Requests } from './request.js';

/** Fail-over under load: the primary dies, its synchronous standby takes over, nothing that was acknowledged is lost. */
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    callers: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '5' },
    /** SIGKILL: the primary is gone. SIGSTOP: it no longer answers and its connections stay open. */
    how: { type: 'string', default: 'SIGKILL' },
    /** Puts PgBouncer between the nodes and HAProxy. */
    pooler: { type: 'boolean', default: false },
  },
});
const how = options.how === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL';

const place = new ServerDirectory();
try {
  let primary = await PostgresServer.create(place, 'server0');
  let spare = await freePort();
  const proxy = await startHaproxy(place, [primary.port, spare]);
  const databaseUrl = options.pooler ? await poolerBefore(proxy) : proxy;
  let standby = await primary.makeStandby('server1', spare);
  await primary.waitForStandby();
  // A grace longer than the longest fail-over: what is retried must go on.
  const settings = { DATABASE_URL: databaseUrl, REFRESH_GRACE: '60', CLIENT_CREDENTIALS_TTL: '3600' };
  const nodes = await startLoadNodes(2, settings);
  const { targets } = nodes;
  const [target] = targets;
  if (!target) throw new Error('unreachable: there are two nodes');
  const ledger = new Ledger();
  const unclear: Outcome[] = [];
  process.stdout.write(TABLE_HEAD);
  for (let round = 1; round <= Number(options.rounds); round++) {
    const requests = new Requests(targets.map(({ issuer }) => issuer));
    const stop = new AbortController();
    const work = { requests, ledger, target, adminToken: await nodes.adminToken(), stop: stop.signal };
    const begin = await prepareCallers(work, Number(options.callers));
    const done = begin();
    await sleep(Number(options.seconds) * 1_000);

    const killed = performance.now();
    await primary.signalAll(how);
    await standby.promote();
    const promoted = performance.now();
    await sleep(Number(options.seconds) * 1_000);
    stop.abort();
    await done;

    unclear.push(...requests.remembered.map(({ outcome }) => outcome).filter((outcome) => !isClear(outcome)));
    await audit(ledger, targets);
    process.stdout.write(report({ round, killed, promoted, requests: requests.remembered, ledger }));
    if (how === 'SIGSTOP') await primary.signalAll('SIGKILL');
    spare = primary.port;
    primary = standby;
    standby = await primary.makeStandby(`server${String(round + 1)}`, spare);
    await primary.waitForStandby();
  }
  if (unclear.length > 0) throw new Error(`answers that say nothing clear: ${unclear.join(', ')}`);
  if (ledger.lost.length > 0) throw new Error(`lost:\n${ledger.lost.join('\n')}`);
} finally {
  await killAll();
  await place.close();
}

/** Whether a caller knows what to do: that it worked, or to try again. */
function isClear(outcome: Outcome): boolean {
  return ['ok', 'status 503', 'redirect with temporarily_unavailable', 'no answer'].includes(outcome);
}

async function poolerBefore(proxy: string): Promise<string> {
  const lines = [
    'ignore_startup_parameters = options',
    'max_prepared_statements = 200',
    'server_login_retry = 1',
    'query_wait_timeout = 5',
  ];
  const server = Number(new URL(proxy).port);
  return (await startPgBouncer(place, await newPgBouncer(place), { server, size: 10, lines })).url;
}
