import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { down, up } from '../../../migrations/20261127061010_sum_usage_of_projects.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { figures, PROJECT, registerMachine, type Report } from '../../harness/admin/usage.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let nodes: [TestServer, TestServer];
let clients: RegisteredClient[];
beforeAll(async () => {
  const first = await startTestServer();
  nodes = [first, await startTestServer({ nodeOf: first })];
  clients = [await registerMachine(first), await registerMachine(first), await registerMachine(first)];
});
afterAll(async () => {
  for (const node of nodes.toReversed()) await node.close();
});

/** The overview reads sums, the report the rows of each client. */
async function expectTheSame(): Promise<Report> {
  const [overview, report] = await Promise.all(
    ['overview', 'usage'].map(
      async (name) => (await callAdmin<Report>(nodes[0], 'GET', `${PROJECT}/${name}`)).body,
    ),
  );
  if (!overview || !report) throw new Error('the admin API did not answer');
  expect(overview.total).toEqual(report.total);
  expect(overview.days).toEqual(report.days);
  return overview;
}

test('the sums of a project are those of its clients, after concurrent flushes of two nodes', async () => {
  expect((await expectTheSame()).total).toEqual(figures());
  const people = Array.from({ length: 20 }, () => randomUUID());
  for (let round = 0; round < 4; round++) {
    for (const [index, { context }] of nodes.entries())
      for (const [at, { client_id: client }] of clients.entries())
        for (const person of people.slice(at * 5 + round, at * 5 + round + 5 + index)) {
          context.usage.issued(client, 'authorization_code', person);
          context.usage.issued(client, 'refresh_token', person);
          context.usage.failed(client, 'invalid_grant');
        }
    await Promise.all(nodes.map(({ context }) => context.usage.flush()));
  }
  const { total, days } = await expectTheSame();
  expect(total.tokens).toEqual({ authorization_code: 4 * 3 * (5 + 6) });
  expect([total.people, days.at(-1)?.people]).toEqual([19, 19]);
});

test('people of several days are counted once for each day and once in all', async () => {
  const { pool } = nodes[0].database;
  const [person, other] = [randomUUID(), randomUUID()];
  const before = (await expectTheSame()).total.people;
  await pool.query(
    `INSERT INTO usage_people SELECT c.id, (now() AT TIME ZONE 'UTC')::date - ago, p.id::uuid
     FROM oauth_clients c, generate_series(0, 40, 10) AS ago, unnest($1::text[]) AS p (id) WHERE c.id = ANY ($2)`,
    [[person, other], clients.slice(0, 2).map(({ id }) => id)],
  );
  expect((await expectTheSame()).total.people).toBe(before + 2);
});

test('what was counted before the sums were there is in them', async () => {
  const { sql } = nodes[0].context.database;
  const before = await expectTheSame();
  await down(sql);
  nodes[1].context.usage.issued(clients[0]?.client_id ?? '', 'client_credentials', undefined);
  await nodes[1].context.usage.flush();
  await up(sql);
  const { tokens } = (await expectTheSame()).total;
  expect(tokens).toEqual({ ...before.total.tokens, client_credentials: 1 });
});

test('hours that are over for two days are deleted', async () => {
  const { pool } = nodes[0].database;
  await pool.query(
    `INSERT INTO usage_hours VALUES ($1, date_trunc('hour', now() - interval '60 hours'), 'refresh', '', 1)`,
    [clients[0]?.id],
  );
  await nodes[0].context.usage.purge();
  const { rows } = await pool.query<{ old: number }>(
    `SELECT count(*)::int AS old FROM project_usage_hours WHERE hour < now() - interval '51 hours'`,
  );
  expect(rows[0]?.old).toBe(0);
});
