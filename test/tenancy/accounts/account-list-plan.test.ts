import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AdminCaller, operator } from '../../harness/admin/admin-caller.js';
import { FREE_CHOICE, sequentialScans, statementsOf } from '../../harness/large-tables/list-plans.js';
import { insertAccounts } from '../../harness/large-tables/many-accounts.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let root: AdminCaller;
beforeAll(async () => {
  server = await startTestServer();
  root = await operator(server);
  await insertAccounts(server, 100_000);
}, 180_000);
afterAll(() => server.close());

async function list(query: Record<string, string>) {
  const { status, body } = await root('GET', `/accounts?${new URLSearchParams(query).toString()}`);
  expect(status).toBe(200);
  return body as { data: { id: string; email: string; status: string }[]; next_cursor: string | null };
}

test.each<Record<string, string>>([
  {},
  { starts_with: 'needle' },
  { starts_with: 'person1' },
  { starts_with: 'p' },
  { starts_with: 'no such beginning' },
  { status: 'active' },
  { status: 'disabled' },
  { status: 'deleting' },
  { status: 'disabled', starts_with: 'needle' },
  { status: 'active', starts_with: 'person' },
])('a list of 100 000 accounts never reads the whole table: %j', async (query) => {
  const { statements } = await statementsOf(server, /FROM accounts\b.*\bLIMIT/s, async () => {
    const first = await list({ ...query, page_limit: '10' });
    if (first.next_cursor !== null) await list({ ...query, cursor: first.next_cursor });
  });
  expect(statements.length).toBeGreaterThan(0);
  for (const statement of statements)
    expect(await sequentialScans(server, statement, FREE_CHOICE)).toEqual([]);
});

test('the search finds exactly the accounts that it is for', async () => {
  expect((await list({ starts_with: 'NEEDLE' })).data).toHaveLength(100);
  expect((await list({ status: 'disabled' })).data.every(({ status }) => status === 'disabled')).toBe(true);
  expect((await list({ status: 'deleting', starts_with: 'person' })).data).toHaveLength(100);
});

test.each(['sessions', 'grants', 'factors'])(
  'what one of 100 000 accounts has is found by indexes: %s',
  async (what) => {
    const [account] = (await list({ starts_with: 'person77' })).data;
    const { statements } = await statementsOf(server, /^\s*(SELECT|WITH)/, async () => {
      expect((await root('GET', `/accounts/${account?.id ?? ''}/${what}`)).status).toBe(200);
    });
    for (const statement of statements)
      expect((await sequentialScans(server, statement, FREE_CHOICE)).filter(isLarge)).toEqual([]);
  },
);

test('ending all that one of 100 000 accounts has goes by indexes', async () => {
  const [account] = (await list({ starts_with: 'person88' })).data;
  const id = account?.id ?? '';
  const { statements } = await statementsOf(server, /^\s*(DELETE|UPDATE)/, async () => {
    expect((await root('POST', `/accounts/${id}/end_sessions`)).status).toBe(204);
    expect((await root('POST', `/accounts/${id}/disable`)).status).toBe(200);
    expect((await root('DELETE', `/accounts/${id}`)).status).toBe(200);
  });
  expect(statements.length).toBeGreaterThan(3);
  for (const statement of statements)
    expect((await sequentialScans(server, statement, FREE_CHOICE)).filter(isLarge)).toEqual([]);
});

/** Small tables are read as a whole, because that is faster. */
function isLarge(table: string): boolean {
  return ['accounts', 'artifacts', 'sign_ins'].includes(table);
}
