import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AdminCaller, operator } from '../../harness/admin/admin-caller.js';
import { FREE_CHOICE, sequentialScans, statementsOf } from '../../harness/database/list-plans.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const ACCOUNTS = 100_000;

let server: TestServer;
let root: AdminCaller;
beforeAll(async () => {
  server = await startTestServer();
  root = await operator(server);
  const { pool } = server.database;
  await pool.query(
    `INSERT INTO accounts (email, profile, status, disabled_at, delete_after, created_at)
     SELECT CASE WHEN n % 2000 = 3 THEN 'needle' ELSE 'person' END || n || '@many.example',
       jsonb_build_object('name', CASE WHEN n % 2000 = 4 THEN 'Needle ' ELSE 'Person ' END || n),
       CASE WHEN n % 1000 = 5 THEN 'disabled' WHEN n % 1000 = 6 THEN 'deleting' ELSE 'active' END,
       CASE WHEN n % 1000 = 5 THEN now() END, CASE WHEN n % 1000 = 6 THEN now() + interval '1 day' END,
       '2026-01-01T00:00:00Z'::timestamptz + n / 1000 * interval '1 second'
     FROM generate_series(1, $1::int) AS n`,
    [ACCOUNTS],
  );
  await pool.query(
    `INSERT INTO sign_ins (account_id, session_uid, occurred_at)
     SELECT id, id::text, now() FROM accounts WHERE email LIKE 'person%@many.example'`,
  );
  await pool.query(
    `INSERT INTO artifacts (id, model, payload, account_id, client_id, uid, expires_at)
     SELECT sha256((model || id::text)::bytea), model, '{}', id::text, 'many', model || id::text,
       now() + interval '1 day'
     FROM accounts, unnest('{1,7}'::smallint[]) AS model WHERE email LIKE 'person%@many.example'`,
  );
  await pool.query('ANALYZE accounts, sign_ins, artifacts');
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
