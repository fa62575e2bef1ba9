import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import {
  figures,
  type Figures,
  PROJECT,
  registerMachine,
  type Report,
  reportOf,
} from '../../harness/admin/usage.js';

const SPAN = { from: '2026-05-01', to: '2026-05-04' };
const QUERY = `?${new URLSearchParams(SPAN).toString()}`;
const [anna, ben, carla] = [randomUUID(), randomUUID(), randomUUID()];
let server: TestServer;
let one: RegisteredClient;
let two: RegisteredClient;
let elsewhere: string;

beforeAll(async () => {
  server = await startTestServer();
  [one, two] = [await registerMachine(server), await registerMachine(server)];
  elsewhere = await clientOfOtherProject();
  await count(one.id, '2026-05-01', 'authorization', '', 3);
  await count(one.id, '2026-05-01', 'token', 'authorization_code', 3);
  await count(one.id, '2026-05-03', 'token', 'client_credentials', 5);
  await count(one.id, '2026-05-03', 'failure', 'invalid_grant', 2);
  await count(one.id, '2026-05-05', 'refresh', '', 100);
  await count(two.id, '2026-05-03', 'refresh', '', 7);
  await count(elsewhere, '2026-05-01', 'refresh', '', 1);
  for (const [client, day, person] of [
    [one.id, '2026-05-01', anna],
    [one.id, '2026-05-01', ben],
    [one.id, '2026-05-03', anna],
    [one.id, '2026-05-05', carla],
    [two.id, '2026-05-01', ben],
    [two.id, '2026-05-04', ben],
    [elsewhere, '2026-05-01', carla],
    [elsewhere, '2026-05-01', anna],
  ] as const) {
    await run('INSERT INTO usage_people VALUES ($1, $2, $3)', [client, day, person]);
  }
});
afterAll(() => server.close());

function run(text: string, values: unknown[] = []) {
  return server.database.pool.query<{ id: string }>(text, values);
}

async function count(client: string, day: string, kind: string, detail: string, value: number) {
  await run('INSERT INTO usage_counters VALUES ($1, $2, $3, $4, $5)', [client, day, kind, detail, value]);
}

async function clientOfOtherProject(): Promise<string> {
  const project = await run(
    `INSERT INTO projects (org_id, slug, name) SELECT id, 'other', 'Other' FROM organizations RETURNING id`,
  );
  const row = await run(
    `INSERT INTO oauth_clients (client_id, project_id, registration_type, client_type, client_name, grant_types,
       response_types, scopes, token_endpoint_auth_method)
     VALUES ('elsewhere', $1, 'manual', 'public', 'Elsewhere', '{}', '{}', '{}', 'none') RETURNING id`,
    [project.rows[0]?.id],
  );
  return row.rows[0]?.id ?? '';
}

const days = (report: Report, pick: (figures: Figures) => unknown) => report.days.map(pick);

test('every day is there with the same series, and people of several days are one', async () => {
  const none = { authorization_code: 0, client_credentials: 0 };
  expect(await reportOf(server, one, SPAN)).toEqual({
    ...SPAN,
    last_used_at: null,
    total: {
      authorizations: 3,
      unprotected_codes: 0,
      tokens: { authorization_code: 3, client_credentials: 5 },
      refreshes: 0,
      failures: { invalid_grant: 2 },
      people: 2,
    },
    days: [
      {
        day: '2026-05-01',
        authorizations: 3,
        unprotected_codes: 0,
        tokens: { ...none, authorization_code: 3 },
        refreshes: 0,
        failures: { invalid_grant: 0 },
        people: 2,
      },
      { day: '2026-05-02', ...figures({ tokens: none, failures: { invalid_grant: 0 } }) },
      {
        day: '2026-05-03',
        ...figures({
          tokens: { ...none, client_credentials: 5 },
          failures: { invalid_grant: 2 },
          people: 1,
        }),
      },
      { day: '2026-05-04', ...figures({ tokens: none, failures: { invalid_grant: 0 } }) },
    ],
  });
});

test('a project has the usage of its clients, an organization that of its projects', async () => {
  await run(`UPDATE oauth_clients SET last_used_at = '2026-06-01T10:00:00Z' WHERE id = $1`, [two.id]);
  await run(`UPDATE oauth_clients SET last_used_at = '2026-06-02T10:00:00Z' WHERE id = $1`, [elsewhere]);
  const project = (await callAdmin<Report>(server, 'GET', `${PROJECT}/usage${QUERY}`)).body;
  expect(days(project, ({ people }) => people)).toEqual([2, 0, 1, 1]);
  expect(days(project, ({ refreshes }) => refreshes)).toEqual([0, 0, 7, 0]);
  expect(project.total.people).toBe(2);
  expect(project.last_used_at).toBe('2026-06-01T10:00:00.000Z');
  const organization = (await callAdmin<Report>(server, 'GET', `/orgs/default/usage${QUERY}`)).body;
  expect(days(organization, ({ people }) => people)).toEqual([3, 0, 1, 1]);
  expect(days(organization, ({ refreshes }) => refreshes)).toEqual([1, 0, 7, 0]);
  expect(organization.total.people).toBe(3);
  expect(organization.last_used_at).toBe('2026-06-02T10:00:00.000Z');
});

test('without a span it is the last 30 days, and the details of a client sum them up', async () => {
  const client = await registerMachine(server);
  await run(
    `INSERT INTO usage_counters
     SELECT $1, (now() AT TIME ZONE 'UTC')::date - ago, 'refresh', '', 1 FROM unnest('{0,29,30}'::int[]) AS ago`,
    [client.id],
  );
  const report = await reportOf(server, client);
  expect(report.days).toHaveLength(30);
  expect(report.to).toBe(new Date().toISOString().slice(0, 10));
  expect(report.total.refreshes).toBe(2);
  const details = (await (await server.admin('GET', `/${client.id}`)).json()) as Record<string, unknown>;
  const { days: _days, ...summary } = report;
  expect(details['usage']).toEqual(summary);
});

test('one end of the span is enough', async () => {
  const from = await reportOf(server, one, { from: '2026-05-05' });
  expect([from.from, from.to, from.total.refreshes]).toEqual(['2026-05-05', '2026-06-03', 100]);
  const to = await reportOf(server, one, { to: '2026-05-05' });
  expect([to.from, to.to, to.total.people]).toEqual(['2026-04-06', '2026-05-05', 3]);
  const last = await reportOf(server, one, { from: '9999-12-30' });
  expect([last.from, last.to, last.days.length]).toEqual(['9999-12-30', '9999-12-31', 2]);
  const first = await reportOf(server, one, { to: '1000-01-01' });
  expect([first.from, first.to, first.days.length]).toEqual(['0999-12-03', '1000-01-01', 30]);
});

test.each([
  ['from=2026-02-30', 'from'],
  ['to=yesterday', 'to'],
  ['from=2026-05-01T00:00:00Z', 'from'],
  ['from=2026-05-02&to=2026-05-01', 'from'],
  ['from=2025-01-01&to=2026-01-02', 'from'],
  ['page_limit=3', 'page_limit'],
  ['from=2026-05-01&from=2026-05-02', 'from'],
])('the query %s is refused with its reason', async (query, pointer) => {
  const { status, body } = await callAdmin<{ errors: unknown[] }>(server, 'GET', `${PROJECT}/usage?${query}`);
  expect(status).toBe(400);
  expect(body.errors).toEqual([expect.objectContaining({ pointer })]);
});

test('366 days are not too many', async () => {
  const report = await reportOf(server, one, { from: '2026-01-01', to: '2027-01-01' });
  expect(report.days).toHaveLength(366);
  expect(report.total.people).toBe(3);
});

test.each([
  `${PROJECT}/oauth_clients/${randomUUID()}/usage`,
  `${PROJECT}/oauth_clients/nonsense/usage`,
  '/orgs/default/projects/absent/usage',
  '/orgs/absent/usage',
])('%s is not there', async (path) => {
  expect((await callAdmin(server, 'GET', path)).status).toBe(404);
});

test("another project's client has no report here", async () => {
  const path = `${PROJECT}/oauth_clients/${elsewhere}/usage`;
  expect((await callAdmin(server, 'GET', path)).status).toBe(404);
  const own = await callAdmin<Report>(
    server,
    'GET',
    `/orgs/default/projects/other/oauth_clients/${elsewhere}/usage${QUERY}`,
  );
  expect(own.body.total.refreshes).toBe(1);
});

test('reports need clients.read', async () => {
  for (const path of [
    `${PROJECT}/oauth_clients/${one.id}/usage`,
    `${PROJECT}/usage`,
    '/orgs/default/usage',
  ]) {
    expect(
      (await callAdmin(server, 'GET', path, undefined, { scopes: ['clients.write', 'audit.read'] })).status,
    ).toBe(403);
    expect((await callAdmin(server, 'GET', path, undefined, { scopes: ['clients.read'] })).status).toBe(200);
  }
});
