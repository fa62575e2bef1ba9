import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page as PageOf } from '../../../src/platform/paging/page.js';
import type { ClientRecord } from '../../../src/registry/client-record/client-record.js';
import {
  FREE_CHOICE,
  indexesRead,
  pagesRead,
  type SentStatement,
  sequentialScans,
  statementsOf,
} from '../../harness/large-tables/list-plans.js';
import { insertClients } from '../../harness/large-tables/many-clients.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, PROJECT } from '../../harness/pages/console-agent.js';

const CLIENTS = 100_000;
/** How many pages are walked; a thousand clients share the time that orders them. */
const PAGES = 100;
const AGO_1_DAY = new Date(Date.now() - 86_400_000).toISOString();
const YESTERDAY = AGO_1_DAY.slice(0, 10);
const AGO_1_YEAR = new Date(Date.now() - 365 * 86_400_000).toISOString();
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

interface Page {
  data: { client_id: string; client_name: string }[];
  next_cursor: string | null;
}
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await insertClients(server, CLIENTS);
  await giveTroubles();
}, 120_000);
afterAll(() => server.close());

/** One in fifty has failed (half of them of late), one has an old secret, one redeemed codes without PKCE, and on each of five days others failed. */
async function giveTroubles(): Promise<void> {
  const every = (rest: number) => `substr(client_id, 6)::int % 50 = ${String(rest)}`;
  for (const statement of [
    `INSERT INTO client_failures SELECT id, 'invalid_grant', now() - interval '1 hour' * (substr(client_id, 6)::int % 100), '{}'
     FROM oauth_clients WHERE ${every(7)}`,
    `UPDATE oauth_client_secrets s SET created_at = now() - interval '400 days'
     FROM oauth_clients c WHERE c.id = s.oauth_client_id AND ${every(8)}`,
    `INSERT INTO usage_counters SELECT id, current_date - ago, u.kind, '', 1
     FROM oauth_clients, generate_series(0, 4) AS ago, unnest('{refresh,unprotected_code}'::text[]) AS u (kind)
     WHERE CASE u.kind WHEN 'refresh' THEN ago = 0 ELSE ${every(9)} END`,
    `INSERT INTO usage_counters SELECT id, date '${YESTERDAY}' + 1 - ago, 'failure', 'invalid_grant', 1
     FROM oauth_clients, generate_series(0, 4) AS ago WHERE substr(client_id, 6)::int % 50 = 10 + ago`,
    'ANALYZE client_failures, oauth_client_secrets, usage_counters',
  ])
    await server.database.pool.query(statement);
}

async function list(query: Record<string, string>): Promise<Page> {
  const answer = await server.admin('GET', `?${new URLSearchParams(query).toString()}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Page;
}

/** The statements on the registry's list that PostgreSQL was sent while `work` ran, and its settings for them. */
const listStatements = (work: () => Promise<unknown>) =>
  statementsOf(server, /FROM oauth_clients c\b.*\bLIMIT/s, work);

/** The tables but that of the projects, of which there are few, and of failures, of which a filter wants half. */
const scans = async (statement: SentStatement, settings: string[]) =>
  (await sequentialScans(server, statement, settings)).filter(
    (table) => table !== 'projects' && table !== 'client_failures',
  );

test.each<Record<string, string>>([
  {},
  { deleted: 'true' },
  { client_type: 'public' },
  { client_type: 'confidential' },
  { visibility: 'public' },
  { visibility: 'private' },
  { registration_type: 'dynamic' },
  { registration_type: 'manual' },
  { grant_type: DEVICE_CODE },
  { grant_type: 'authorization_code' },
  { grant_type: 'client_credentials' },
  { failing_since: AGO_1_DAY },
  { failed_on: YESTERDAY },
  { secret_created_before: AGO_1_YEAR },
  { unprotected_since: AGO_1_DAY },
  { failing_since: AGO_1_DAY, sort: 'last_used', client_type: 'confidential' },
  { text: 'needle' },
  { text: 'application' },
  { text: 'no such text anywhere' },
  { text: 'zq' },
  { text: 'z' },
  { text: 'ne' },
  { text: 'ap' },
  { text: 'needle', deleted: 'true' },
  { text: 'needle', client_type: 'public' },
  { text: 'books', grant_type: DEVICE_CODE },
  { visibility: 'public', registration_type: 'dynamic' },
  { client_type: 'public', grant_type: DEVICE_CODE, visibility: 'public' },
  { text: 'a', client_type: 'confidential', visibility: 'private', registration_type: 'manual' },
  {
    text: 'needle',
    client_type: 'public',
    visibility: 'public',
    registration_type: 'dynamic',
    deleted: 'true',
  },
])('a list of 100 000 never reads the whole table: %j', async (query) => {
  const { statements } = await listStatements(async () => {
    const first = await list({ ...query, page_limit: '10' });
    if (first.next_cursor !== null) await list({ ...query, cursor: first.next_cursor });
  });
  expect(statements.length).toBeGreaterThan(0);
  for (const statement of statements) expect(await scans(statement, FREE_CHOICE)).toEqual([]);
});

test('the clients that failed on a day are found by the index of failures by day', async () => {
  const { statements } = await listStatements(() => list({ failed_on: YESTERDAY }));
  expect(statements).toHaveLength(1);
  for (const statement of statements)
    expect(await indexesRead(server, statement, FREE_CHOICE)).toContain('usage_counters_failure_index');
});

test('the lists of the console read 100 000 clients by indexes', async () => {
  const agent = await ConsoleAgent.signIn(server);
  const scopes = '/console/catalogue/scopes';
  const { statements } = await listStatements(async () => {
    const first = await agent.get(`${PROJECT}/clients?sort=last_used`);
    expect(first.body).toContain('many-1<');
    const next = /href="([^"]+)" rel="next"/.exec(first.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect((await agent.get(next)).body).toContain('many-60<');
    for (const query of ['kind=device', 'kind=web&sort=last_used', 'kind=spa'])
      expect((await agent.get(`${PROJECT}/clients?${query}`)).status).toBe(200);
    for (const scope of ['openid', 'offline_access'])
      expect((await agent.get(`${scopes}/${scope}`)).status).toBe(200);
  });
  expect(statements.length).toBeGreaterThan(6);
  for (const statement of statements)
    expect(await scans(statement, FREE_CHOICE)).not.toContain('oauth_clients');
});

test('the filters find exactly the clients that they are for', async () => {
  const numbers = async (query: Record<string, string>) =>
    (await list(query)).data.map(({ client_id }) => Number(client_id.slice('many-'.length)));
  const needles = await numbers({ text: 'NEEDLE' });
  expect(needles).toEqual(Array.from({ length: 50 }, (_, index) => 98_003 - index * 2000));
  const promoted = await numbers({ visibility: 'public' });
  expect(promoted).toHaveLength(20);
  expect(promoted.every((n) => n % 5000 === 5)).toBe(true);
  expect((await numbers({ registration_type: 'dynamic' })).every((n) => n % 50 === 1)).toBe(true);
  expect((await numbers({ client_type: 'public' })).every((n) => n % 100 === 2)).toBe(true);
  expect((await numbers({ grant_type: DEVICE_CODE })).every((n) => n % 1000 === 4)).toBe(true);
  expect((await numbers({ deleted: 'true' })).every((n) => n % 500 === 6)).toBe(true);
  expect((await numbers({ deleted: 'false' })).some((n) => n % 500 === 6)).toBe(false);
  expect(await numbers({ text: '%' })).toEqual([]);
  expect(await numbers({ text: 'nE' })).toEqual(needles);
  const troubled = async (query: Record<string, string>) =>
    new Set(
      (await numbers({ ...query, page_limit: '100' })).map((n) => n % (query['failing_since'] ? 100 : 50)),
    );
  expect(await troubled({ failing_since: AGO_1_DAY })).toEqual(new Set([7]));
  expect(await troubled({ secret_created_before: AGO_1_YEAR })).toEqual(new Set([8]));
  expect(await troubled({ unprotected_since: AGO_1_DAY })).toEqual(new Set([9]));
  expect(await troubled({ failed_on: YESTERDAY })).toEqual(new Set([11]));
  const doubled = await numbers({ text: '99' });
  expect(doubled.length).toBeGreaterThan(20);
  expect(doubled.every((n) => String(n).includes('99'))).toBe(true);
});

test('a text of one or two characters finds what a client is called now', async () => {
  const found = async (text: string) => (await list({ text })).data.map(({ client_name }) => client_name);
  const { id } = await server.register({ client_name: 'Quiz' });
  expect([await found('UI'), await found('z')]).toEqual([['Quiz'], ['Quiz']]);
  expect(
    (await server.admin('PATCH', `/${id}`, { client_name: 'Jury', description: '\u00dcber' })).status,
  ).toBe(200);
  // Of other letters than ASCII only a database with a locale knows the other case.
  expect([await found('ui'), await found('j'), await found('\u00dc')]).toEqual([[], ['Jury'], ['Jury']]);
  expect((await server.admin('DELETE', `/${id}`)).status).toBe(204);
  expect(await found('ju')).toEqual([]);
});

test('walking pages while clients are registered shows each old client once', async () => {
  const { clients, tenants } = server.context;
  const tenant = await tenants.resolve('default', 'default');
  const seen: string[] = [];
  const newcomers: Promise<unknown>[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < PAGES; pages++) {
    const page: PageOf<ClientRecord> = await clients.list(tenant, {}, 100, cursor);
    seen.push(...page.data.map(({ clientId }) => clientId));
    if (pages % 10 === 0) newcomers.push(server.register());
    cursor = page.nextCursor ?? undefined;
  }
  await Promise.all(newcomers);
  expect(new Set(seen).size).toBe(seen.length);
  // The first pages hold the newest nine thousand whole.
  const newest = Array.from({ length: 9000 }, (_, index) => CLIENTS - index);
  const listed = new Set(seen);
  const missing = newest.filter((n) => n % 500 !== 6 && !listed.has(`many-${String(n)}`));
  expect(missing).toEqual([]);
});

test('the pages of a filtered list of 1 000 hold, through the API, each client once', async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await list({ client_type: 'public', ...(cursor === null ? {} : { cursor }) });
    await server.register({ token_endpoint_auth_method: 'none' });
    seen.push(...page.data.map(({ client_id }) => client_id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  expect(seen).toHaveLength(CLIENTS / 100);
  expect(new Set(seen).size).toBe(CLIENTS / 100);
});

test('a search after many registrations reads few entries that no index has sorted in yet', async () => {
  await server.database.pool.query(
    `DO $$ BEGIN FOR n IN 1..1500 LOOP
       INSERT INTO oauth_clients (client_id, project_id, registration_type, client_type, client_name, grant_types,
         response_types, scopes, token_endpoint_auth_method)
       SELECT 'pending-' || n, id, 'manual', 'confidential', 'Pending ' || md5(n::text), '{authorization_code}', '{code}',
         '{openid}', 'client_secret_basic' FROM projects WHERE slug = 'default';
     END LOOP; END $$`,
  );
  for (const text of ['zq', 'no such text']) {
    const { statements, settings } = await listStatements(() => list({ text }));
    expect(statements).toHaveLength(1);
    for (const statement of statements)
      expect(await pagesRead(server, statement, settings)).toBeLessThan(400);
  }
});
