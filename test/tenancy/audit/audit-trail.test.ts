import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { PROJECT } from '../../harness/admin/usage.js';

const EVENTS = `${PROJECT}/audit_events`;

interface AuditEvent {
  id: string;
  actor: string;
  action: string;
  target_type: string;
  target_id: string;
  org_id: string | null;
  project_id: string | null;
  changed_fields: string[];
  address: string | null;
  request_id: string | null;
  occurred_at: string;
}
interface Page {
  data: AuditEvent[];
  next_cursor: string | null;
  errors?: { pointer: string }[];
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

function run(text: string, values: unknown[] = []) {
  return server.database.pool.query<{ id: string; count: number }>(text, values);
}

async function list(query: Record<string, string> = {}, path = EVENTS): Promise<AuditEvent[]> {
  const { status, body } = await callAdmin<Page>(
    server,
    'GET',
    `${path}?${new URLSearchParams(query).toString()}`,
  );
  if (status !== 200) throw new Error(`the list answered ${String(status)}: ${JSON.stringify(body)}`);
  return body.data;
}

/** Follows the cursors to the end; `between` runs after every page. */
async function walk(query: Record<string, string>, path: string, between = async () => undefined as unknown) {
  const seen: AuditEvent[] = [];
  for (let cursor: string | null = ''; cursor !== null; await between()) {
    const parameters: string = new URLSearchParams({ ...query, ...(cursor && { cursor }) }).toString();
    const { body }: { body: Page } = await callAdmin<Page>(server, 'GET', `${path}?${parameters}`);
    seen.push(...body.data);
    cursor = body.next_cursor;
  }
  return seen;
}

test('every change of a client leaves one event, with its fields and without their values', async () => {
  const made = await server.register({ description: 'canary-description' });
  const change = (method: string, path: string, requestId: string, body?: unknown) =>
    server.admin(method, `/${made.id}${path}`, body, { 'x-request-id': requestId });
  const patch = { company: 'canary-company', redirect_uris: ['https://canary.example/'] };
  await change('PATCH', '', 'update', patch);
  await change('PATCH', '', 'nothing', patch);
  await change('PATCH', '', 'refused', { redirect_uris: ['http://canary.example/#x'] });
  const rotated = (await (await change('POST', '/rotate_secret', 'rotate')).json()) as {
    client_secret: string;
  };
  await change('POST', '/rotate_secret', 'third');
  await change('DELETE', '/rotate_secret', 'drop');
  await change('DELETE', '/rotate_secret', 'none left');
  await change('DELETE', '', 'delete');
  await change('DELETE', '', 'gone');

  const events = await list({ target_id: made.id });
  expect(
    events.map(({ action, changed_fields, request_id }) => [action, changed_fields, request_id]),
  ).toEqual([
    ['client.deleted', ['deleted_at'], 'delete'],
    ['client.rotated_secret_deleted', ['secrets'], 'drop'],
    ['client.secret_rotated', ['secrets'], 'rotate'],
    ['client.updated', ['company', 'redirect_uris'], 'update'],
    ['client.created', ['client_name', 'redirect_uris', 'description'], expect.any(String)],
  ]);
  const operator = (await server.context.members.operators())[0]?.id;
  for (const event of events) {
    expect(event).toMatchObject({
      actor: `account:${String(operator)}`,
      target_type: 'client',
      project_id: made['project_id'],
    });
    expect(event).toMatchObject({ org_id: made['org_id'] });
    expect(event.address).toMatch(/127\.0\.0\.1$/);
    expect(Math.abs(Date.parse(event.occurred_at) - Date.now())).toBeLessThan(60_000);
  }
  const said = JSON.stringify(events);
  for (const value of ['canary', made.client_secret, rotated.client_secret])
    expect(said).not.toContain(value);
});

test('a change and its event are one', async () => {
  await run(`ALTER TABLE audit_events ADD CONSTRAINT full_disk CHECK (action <> 'client.updated') NOT VALID`);
  const made = await server.register();
  const answer = await server.admin('PATCH', `/${made.id}`, { company: 'Lost' });
  await run('ALTER TABLE audit_events DROP CONSTRAINT full_disk');
  expect(answer.status).toBe(500);
  const after = (await (await server.admin('GET', `/${made.id}`)).json()) as { company: string | null };
  expect(after.company).toBeNull();
});

test('nothing that was written can be changed or taken away', async () => {
  await server.register();
  const before = (await run('SELECT count(*)::int AS count FROM audit_events')).rows;
  for (const statement of [
    `UPDATE audit_events SET actor = 'somebody else'`,
    'DELETE FROM audit_events',
    `DELETE FROM audit_events WHERE action = 'never happened'`,
    'TRUNCATE audit_events',
    'TRUNCATE organizations, projects, audit_events CASCADE',
    `BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM audit_events`,
    `INSERT INTO audit_events (id, actor, action, target_type, target_id)
       SELECT id, actor, action, target_type, target_id FROM audit_events
       ON CONFLICT (id) DO UPDATE SET actor = 'somebody else'`,
  ]) {
    const connection = await server.database.pool.connect();
    await expect(connection.query(statement)).rejects.toMatchObject({ code: '23001' });
    connection.release(true);
  }
  expect((await run('SELECT count(*)::int AS count FROM audit_events')).rows).toEqual(before);
  const token = await server.adminToken();
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await fetch(`${server.origin}/admin/v1${EVENTS}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
    });
    expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
  }
});

test('a cursor leads through all events, each once, while others are written', async () => {
  const made = await server.register();
  for (let time = 0; time < 6; time++) await server.admin('PATCH', `/${made.id}`, { company: String(time) });
  const all = await list({ target_id: made.id });
  expect(all).toHaveLength(7);
  const seen = await walk({ target_id: made.id, page_limit: '3' }, EVENTS, () =>
    server.admin('PATCH', `/${made.id}`, { company: `meanwhile ${String(Math.random())}` }),
  );
  expect(seen).toEqual(all);
});

test('events of one transaction, which have one time, are all found by a cursor', async () => {
  await run(
    `INSERT INTO audit_events (actor, action, target_type, target_id)
     SELECT 'batch', 'thing.changed', 'thing', n::text FROM generate_series(1, 5) n`,
  );
  const targets = (await walk({ actor: 'batch', page_limit: '2' }, '/audit_events')).map(
    ({ target_id }) => target_id,
  );
  expect(targets.sort()).toEqual(['1', '2', '3', '4', '5']);
});

test('filters narrow the list, together too', async () => {
  await run(
    `INSERT INTO audit_events (project_id, actor, action, target_type, target_id, occurred_at)
     SELECT id, 'clerk', 'thing.' || n, 'thing', 'filtered', '2026-01-01T00:00:00Z'::timestamptz + make_interval(hours => n)
     FROM projects, generate_series(0, 3) n`,
  );
  const actions = async (query: Record<string, string>) => (await list(query)).map(({ action }) => action);
  expect(await actions({ actor: 'clerk' })).toEqual(['thing.3', 'thing.2', 'thing.1', 'thing.0']);
  expect(await actions({ target_id: 'filtered', action: 'thing.1' })).toEqual(['thing.1']);
  expect(await actions({ from: '2026-01-01T01:00:00Z', to: '2026-01-01T03:00:00Z' })).toEqual([
    'thing.2',
    'thing.1',
  ]);
  expect(await actions({ actor: 'clerk', action: 'client.created' })).toEqual([]);
});

test('a project shows its own events, the installation all of them', async () => {
  await run(`INSERT INTO projects (org_id, slug, name) SELECT id, 'other', 'Other' FROM organizations`);
  await run(
    `INSERT INTO audit_events (org_id, project_id, actor, action, target_type, target_id)
     SELECT org_id, id, 'neighbour', 'thing.changed', 'thing', slug FROM projects WHERE slug = 'other'
     UNION ALL SELECT NULL, NULL, 'neighbour', 'thing.changed', 'thing', 'installation'`,
  );
  const targets = async (path: string) =>
    (await list({ actor: 'neighbour' }, path)).map(({ target_id }) => target_id).sort();
  expect(await targets(EVENTS)).toEqual([]);
  expect(await targets('/orgs/default/projects/other/audit_events')).toEqual(['other']);
  expect(await targets('/audit_events')).toEqual(['installation', 'other']);
});

test.each([
  ['from=yesterday', 'from'],
  ['to=2026-13-01T00:00:00Z', 'to'],
  ['actor=', 'actor'],
  ['action=a%00b', 'action'],
  ['cursor=abc', 'cursor'],
  ['text=x', 'text'],
])('the query %s is refused with its reason', async (query, pointer) => {
  const { status, body } = await callAdmin<Page>(server, 'GET', `/audit_events?${query}`);
  expect([status, body.errors?.map((error) => error.pointer)]).toEqual([400, [pointer]]);
});

test('reading the trail needs audit.read', async () => {
  for (const path of [EVENTS, '/audit_events']) {
    expect(
      (await callAdmin(server, 'GET', path, undefined, { scopes: ['clients.read', 'clients.write'] })).status,
    ).toBe(403);
    expect((await callAdmin(server, 'GET', path, undefined, { scopes: ['audit.read'] })).status).toBe(200);
  }
});
