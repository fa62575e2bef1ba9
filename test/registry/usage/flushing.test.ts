import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { processJobs } from '../../../src/server/job-list.js';
import { startPeriodicJobs } from '../../../src/platform/jobs/start-periodic-jobs.js';
import { UsageRepository } from '../../../src/registry/usage/usage.repository.js';
import { UsageService } from '../../../src/registry/usage/usage.service.js';
import { UsageTally } from '../../../src/registry/usage/usage-tally.js';
import { eventually } from '../../harness/common/eventually.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { figures, machineToken, registerMachine, reportOf } from '../../harness/admin/usage.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { USAGE_FLUSH_INTERVAL: '1' } });
});
afterAll(() => server.close());

test('a node that stops writes what it counted', async () => {
  const client = await registerMachine(server);
  const node = await startTestServer({ nodeOf: server });
  await machineToken(node, client);
  expect((await reportOf(server, client)).total).toEqual(figures());
  await node.close();
  expect((await reportOf(server, client)).total).toEqual(figures({ tokens: { client_credentials: 1 } }));
});

test('a running server writes by itself', async () => {
  const client = await registerMachine(server);
  const jobs = startPeriodicJobs(server.context, processJobs(server.context, server.engine));
  try {
    await machineToken(server, client);
    await eventually(async () => (await reportOf(server, client)).last_used_at, 10_000);
  } finally {
    await jobs.stop();
  }
  expect((await reportOf(server, client)).total.tokens).toEqual({ client_credentials: 1 });
});

test('what the database refused is written with the next flush, once', async () => {
  const { usage } = server.context;
  const client = await registerMachine(server);
  await machineToken(server, client);
  const blocker = await server.database.pool.connect();
  try {
    await blocker.query('BEGIN; LOCK TABLE usage_people IN ACCESS EXCLUSIVE MODE');
    // The counters come before the people: they must not stay behind when the transaction fails.
    const refused = expect(usage.flush()).rejects.toMatchObject({ code: '55P03' });
    await machineToken(server, client);
    await refused;
    await machineToken(server, client);
  } finally {
    await blocker.query('ROLLBACK');
    blocker.release();
  }
  expect((await reportOf(server, client)).total).toEqual(figures());
  await usage.flush();
  await usage.flush();
  expect((await reportOf(server, client)).total).toEqual(figures({ tokens: { client_credentials: 3 } }));
});

test('what was counted before and after midnight UTC lies in two days, wherever the database is', async () => {
  await server.context.database.sql.raw(
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET TimeZone = %L', current_database(), 'Pacific/Kiritimati'); END $$`,
  );
  const node = await startTestServer({ nodeOf: server });
  const { database, log } = node.context;
  const midnight = Date.parse('2026-03-01T00:00:00Z');
  let now = midnight - 1;
  const usage = new UsageService(new UsageRepository(database), log, () => now);
  const client = await registerMachine(server);
  const [anna, ben] = [randomUUID(), randomUUID()];
  usage.authorized(client.client_id, anna);
  now = midnight;
  usage.authorized(client.client_id, anna);
  usage.authorized(client.client_id, ben);
  await usage.flush();
  const zone = await database.sql.raw<{ rows: { TimeZone: string }[] }>('SHOW TimeZone');
  expect(zone.rows[0]?.TimeZone).toBe('Pacific/Kiritimati');
  const report = await reportOf(node, client, { from: '2026-02-28', to: '2026-03-02' });
  await node.close();
  expect(report.days).toEqual([
    { day: '2026-02-28', ...figures({ authorizations: 1, people: 1 }) },
    { day: '2026-03-01', ...figures({ authorizations: 2, people: 2 }) },
    { day: '2026-03-02', ...figures() },
  ]);
  expect(report.total.people).toBe(2);
});

test('last use is written when it is half a minute newer, and never goes back', async () => {
  const { database, log } = server.context;
  const client = await registerMachine(server);
  const start = Date.now() - 600_000;
  let now = start;
  const usage = new UsageService(new UsageRepository(database), log, () => now);
  const lastUse = async (seconds: number): Promise<number> => {
    now = start + seconds * 1000;
    usage.used(client.client_id);
    await usage.flush();
    return (Date.parse((await reportOf(server, client)).last_used_at ?? '') - start) / 1000;
  };
  expect(await lastUse(0)).toBe(0);
  expect(await lastUse(29)).toBe(0);
  expect(await lastUse(31)).toBe(31);
  expect(await lastUse(10)).toBe(31);
});

test('what waits for the database has a limit, and known counters go on past it', () => {
  const tally = new UsageTally(2);
  for (const person of ['a', 'b', 'c', 'd', 'a']) tally.person('client', 1, person);
  for (const client of ['a', 'b', 'c', 'a']) tally.count(client, 1, 'refresh');
  expect(tally.people).toHaveLength(2);
  expect(tally.counters.map(({ clientId, count }) => [clientId, count])).toEqual([
    ['a', 2],
    ['b', 1],
  ]);
  expect(tally.dropped).toBe(3);
});
