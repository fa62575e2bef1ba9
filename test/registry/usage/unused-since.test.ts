import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { registerMachine } from '../../harness/admin/usage.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

function run(text: string, values: unknown[] = []) {
  return server.database.pool.query<Record<string, string>>(text, values);
}

async function client(createdAt: string, lastUsedAt: string | null): Promise<RegisteredClient> {
  const made = await registerMachine(server);
  await run('UPDATE oauth_clients SET created_at = $2, last_used_at = $3 WHERE id = $1', [
    made.id,
    createdAt,
    lastUsedAt,
  ]);
  return made;
}

async function list(query: string) {
  const answer = await server.admin('GET', `?${query}`);
  const body = (await answer.json()) as {
    data: { id: string }[];
    next_cursor: string | null;
    errors?: { pointer: string }[];
  };
  return { status: answer.status, ...body };
}

test('finds clients last used before, or never used and made before', async () => {
  const never = await client('2026-01-01T00:00:00Z', null);
  const before = await client('2025-01-01T00:00:00Z', '2026-01-31T23:59:59.999Z');
  await client('2025-01-01T00:00:00Z', '2026-02-01T00:00:00Z');
  await client('2026-02-01T00:00:00Z', null);
  const found = await list('unused_since=2026-02-01T01:00:00%2B01:00');
  expect(found.data.map(({ id }) => id)).toEqual([never.id, before.id]);
  const page = await list('unused_since=2026-02-01T00:00:00Z&page_limit=1');
  expect(page.data.map(({ id }) => id)).toEqual([never.id]);
  const rest = await list(
    `unused_since=2026-02-01T00:00:00Z&page_limit=1&cursor=${String(page.next_cursor)}`,
  );
  expect(rest.data.map(({ id }) => id)).toEqual([before.id]);
  expect(rest.next_cursor).toBeNull();
});

test.each([
  '2026-02-01',
  '2026-02-30T00:00:00Z',
  '2026-02-01T00:00:00',
  '2026-02-01T00:00:00 01:00',
  'x',
  '',
])('the time "%s" is refused', async (time) => {
  const answer = await list(`unused_since=${time}`);
  expect(answer.status).toBe(400);
  expect(answer.errors?.[0]?.pointer).toBe('unused_since');
});

test('a few unused among 20 000 busy clients are found by index', async () => {
  await run(
    `INSERT INTO oauth_clients (client_id, project_id, registration_type, client_type, client_name, grant_types,
       response_types, scopes, token_endpoint_auth_method, created_at, last_used_at)
     SELECT 'busy-' || n, id, 'manual', 'public', 'Busy', '{}', '{}', '{}', 'none',
       '2024-01-01'::timestamptz + make_interval(mins => n), now() - make_interval(secs => n % 1000)
     FROM projects, generate_series(1, 20000) n`,
  );
  await run('ANALYZE oauth_clients');
  const plan = await run(
    `EXPLAIN SELECT c.id FROM oauth_clients c JOIN projects p ON p.id = c.project_id
     WHERE c.project_id = (SELECT id FROM projects) AND c.deleted_at IS NULL
       AND coalesce(c.last_used_at, c.created_at) < '2026-02-01'::timestamptz
     ORDER BY c.created_at DESC, c.id DESC LIMIT 101`,
  );
  const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(text).toMatch(/Index Scan using oauth_clients_last_use_list_index/);
  expect(text).not.toContain('Seq Scan on oauth_clients');
});
