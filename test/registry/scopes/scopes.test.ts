import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { listByOnes, makeApi, makeScope, pointersOf } from '../../harness/admin/catalogue.js';
import { waitForLockWaits } from '../../harness/database/database-probe.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
const call = (method: string, path: string, body?: unknown, options = {}) =>
  callAdmin(server, method, path, body, options);

test('a scope is made, read, changed, found in the list and removed', async () => {
  const made = await call('POST', '/scopes', {
    name: 'notes.read',
    title: 'Read your notes',
    description: 'All of them.',
    category: 'notes',
  });
  expect(made.status).toBe(201);
  const url = `${server.issuer}/admin/v1/scopes/notes.read`;
  expect(made.headers.get('location')).toBe(url);
  expect(made.body).toMatchObject({
    name: 'notes.read',
    category: 'notes',
    api_id: null,
    retired_at: null,
    url,
  });

  const changed = await call('PATCH', '/scopes/notes.read', { title: 'See your notes', description: null });
  expect(changed.body).toMatchObject({ title: 'See your notes', description: null, category: 'notes' });
  const read = await call('GET', '/scopes/notes.read');
  expect(read.body).toEqual(changed.body);
  expect(read.headers.get('etag')).not.toBe(made.headers.get('etag'));
  expect((await call('GET', '/scopes?category=notes')).body['data']).toEqual([read.body]);

  expect((await call('DELETE', '/scopes/notes.read')).status).toBe(204);
  expect((await call('GET', '/scopes/notes.read')).status).toBe(404);
});

test('pages follow the names, whatever the size', async () => {
  for (const name of ['paged.a', 'paged.b', 'paged.c']) await makeScope(server, { name, category: 'paged' });
  const names = (await listByOnes(server, '/scopes', 'category=paged')).map(({ name }) => name);
  expect(names).toEqual(['paged.a', 'paged.b', 'paged.c']);
  expect((await call('GET', '/scopes?cursor=nonsense!')).status).toBe(400);
});

describe('a mistake is named', () => {
  test.each([
    [{ name: 'orders:read', title: 'A' }, ['/name']],
    [{ name: 'orders..read', title: 'A' }, ['/name']],
    [{ name: '.', title: 'A' }, ['/name']],
    [{}, ['/name', '/title']],
    [{ name: 'a.b', title: ' ', description: 7, api_id: 'x' }, ['/api_id', '/description', '/title']],
    [{ name: 'a.b', title: 'A', api_id: '3f6f3c1e-3b0e-4d0a-9d5e-0d7c5a1b2c3d' }, ['/api_id']],
    [{ name: 'a.b', title: 'A', api_id: '00000000-0000-4000-8000-000000000000' }, ['/api_id']],
    [{ name: 'a.b', title: 'A', category: 'Identity' }, ['/category']],
    [{ name: 'a.b', title: 'A', category: 'administration' }, ['/category']],
    [
      { name: 'a.b', title: 'A', retired: true, retired_at: null, wat: 1 },
      ['/retired', '/retired_at', '/wat'],
    ],
  ])('in %j', async (body, pointers) => {
    const answer = await call('POST', '/scopes', body);
    expect(answer.status).toBe(422);
    expect(pointersOf(answer)).toEqual(pointers);
  });

  test('when the name is taken, and when it would change', async () => {
    expect((await call('POST', '/scopes', { name: 'email', title: 'Mine' })).status).toBe(409);
    const answer = await call('PATCH', '/scopes/email', { name: 'e-mail' });
    expect(pointersOf(answer)).toEqual(['/name']);
  });
});

test('a colon is answered with what to do', async () => {
  const { body } = await call('POST', '/scopes', { name: 'orders:read', title: 'A' });
  expect(body['errors']).toEqual([
    { pointer: '/name', detail: 'Write scopes with dots, not colons, or set SCOPE_NAMES=any.' },
  ]);
});

test('a retired scope stays with its clients, and no other gets it until that is taken back', async () => {
  await makeScope(server, { name: 'fax.send' });
  const has = await server.register({ scopes: ['fax.send'] });
  expect((await call('PATCH', '/scopes/fax.send', { retired: true })).body['retired_at']).toEqual(
    expect.any(String),
  );
  expect((await server.admin('POST', '', fields(['fax.send']))).status).toBe(422);
  const kept = await server.admin('PATCH', `/${has.id}`, { scopes: ['fax.send', 'email'] });
  expect(kept.status).toBe(200);
  const { body } = await call('GET', '/scopes?retired=true');
  expect((body['data'] as { name: string }[]).map(({ name }) => name)).toEqual(['fax.send']);
  expect((await call('PATCH', '/scopes/fax.send', { retired: false })).body['retired_at']).toBeNull();
  expect((await server.admin('POST', '', fields(['fax.send']))).status).toBe(201);
});

test('a scope that clients have, even deleted ones, is neither removed nor moved', async () => {
  await makeScope(server, { name: 'used.scope' });
  const apiId = await makeApi(server, { audience: 'https://used.example' }, []);
  const first = await server.register({ scopes: ['used.scope'] });
  const second = await server.register({ scopes: ['used.scope'], optional_scopes: ['used.scope'] });
  const refused = await call('DELETE', '/scopes/used.scope');
  expect(refused.status).toBe(409);
  expect(refused.body['detail']).toContain('2 clients have the scope used.scope');
  expect((await call('PATCH', '/scopes/used.scope', { api_id: apiId })).status).toBe(409);

  await server.admin('DELETE', `/${first.id}`);
  expect((await call('DELETE', '/scopes/used.scope')).body['detail']).toContain('2 clients');
  const { pool } = server.database;
  await pool.query(`UPDATE oauth_clients SET deleted_at = now() - interval '31 days' WHERE id = $1`, [
    first.id,
  ]);
  await server.context.deletedClients.purge({ subject: 'test', address: null, requestId: null });
  await server.admin('PATCH', `/${second.id}`, { scopes: ['email'], optional_scopes: [] });
  expect((await call('PATCH', '/scopes/used.scope', { api_id: apiId })).body['api_id']).toBe(apiId);
  expect((await call('DELETE', '/scopes/used.scope')).status).toBe(204);
});

test('a registration that waits for a removal does not end with a scope that is gone', async () => {
  await makeScope(server, { name: 'racing.scope' });
  const removal = await server.context.database.sql.transaction();
  await removal('scopes').where({ name: 'racing.scope' }).forUpdate().select('name');
  const registration = server.admin('POST', '', fields(['racing.scope']));
  await waitForLockWaits(server);
  await removal('scopes').where({ name: 'racing.scope' }).delete();
  await removal.commit();
  expect((await registration).status).toBe(422);
});

describe('the scopes of the product itself', () => {
  test.each(['openid', 'offline_access', 'email', 'phone', 'clients.read', 'catalogue.write'])(
    '%s cannot be removed or moved',
    async (name) => {
      const apiId = await makeApi(server, { audience: `https://${name}.example` }, []);
      expect((await call('DELETE', `/scopes/${name}`)).status).toBe(409);
      const patch = { api_id: apiId, category: 'mine' };
      expect(pointersOf(await call('PATCH', `/scopes/${name}`, patch))).toEqual(['/api_id', '/category']);
    },
  );

  test('are retired only when no client gets them unasked', async () => {
    expect((await call('PATCH', '/scopes/profile', { retired: true })).status).toBe(422);
    expect((await call('PATCH', '/scopes/clients.write', { retired: true })).status).toBe(422);
    expect((await call('PATCH', '/scopes/address', { retired: true })).status).toBe(200);
  });

  test('can be said in other words', async () => {
    const { status, body } = await call('PATCH', '/scopes/clients.read', { title: 'Die Anwendungen sehen' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ title: 'Die Anwendungen sehen', category: 'administration' });
  });
});

test('two operators cannot overwrite each other', async () => {
  await makeScope(server, { name: 'shared.scope' });
  const headers = { 'if-match': (await call('GET', '/scopes/shared.scope')).headers.get('etag') ?? '' };
  expect((await call('PATCH', '/scopes/shared.scope', { title: 'One' }, { headers })).status).toBe(200);
  expect((await call('PATCH', '/scopes/shared.scope', { title: 'Two' }, { headers })).status).toBe(412);
  expect((await call('DELETE', '/scopes/shared.scope', undefined, { headers })).status).toBe(412);
});

test('any admin token may read, and writing takes catalogue.write', async () => {
  const without = { scopes: ['clients.read', 'clients.write'] };
  expect((await call('GET', '/scopes', undefined, { scopes: [] })).status).toBe(200);
  expect((await call('POST', '/scopes', { name: 'a.b', title: 'A' }, without)).status).toBe(403);
  expect((await call('PATCH', '/scopes/email', { title: 'A' }, without)).status).toBe(403);
  expect((await call('DELETE', '/scopes/email', undefined, without)).status).toBe(403);
  expect((await fetch(`${server.origin}/admin/v1/scopes`)).status).toBe(401);
});

test('each change leaves one audit event, and a change that changes nothing leaves none', async () => {
  await makeScope(server, { name: 'audited.scope' });
  await call('PATCH', '/scopes/audited.scope', { retired: true, title: 'Other' });
  await call('PATCH', '/scopes/audited.scope', { retired: true, title: 'Other' });
  await call('DELETE', '/scopes/audited.scope');
  const { rows } = await server.database.pool.query<{ action: string; changed_fields: string[] }>(
    `SELECT action, changed_fields FROM audit_events WHERE target_id = 'audited.scope' ORDER BY occurred_at`,
  );
  expect(rows).toEqual([
    { action: 'scope.created', changed_fields: ['title', 'name'] },
    { action: 'scope.updated', changed_fields: ['title', 'retired_at'] },
    { action: 'scope.deleted', changed_fields: [] },
  ]);
});

function fields(scopes: string[]) {
  return { client_name: 'Another', redirect_uris: ['https://rp.example/callback'], scopes };
}
