import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { listByOnes, makeApi, makeScope, pointersOf } from '../../harness/admin/catalogue.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const ADMIN_API = '00000000-0000-4000-8000-000000000000';
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
const call = (method: string, path: string, body?: unknown, options = {}) =>
  callAdmin(server, method, path, body, options);

test('an API is made, read, changed and removed', async () => {
  const made = await call('POST', '/apis', { audience: 'https://orders.example/v1', name: 'Orders' });
  expect(made.status).toBe(201);
  const { id } = made.body;
  expect(made.headers.get('location')).toBe(`${server.issuer}/admin/v1/apis/${String(id)}`);
  expect(made.body).toMatchObject({
    audience: 'https://orders.example/v1',
    access_token_format: 'jwt',
    signing_alg: 'RS256',
    access_token_ttl: null,
    built_in: false,
  });
  const patch = { access_token_format: 'opaque', access_token_ttl: 120 };
  const changed = await call('PATCH', `/apis/${String(id)}`, patch);
  expect(changed.body).toMatchObject({ ...patch, name: 'Orders' });
  expect((await call('GET', `/apis/${String(id)}`)).body).toEqual(changed.body);
  const reset = await call('PATCH', `/apis/${String(id)}`, { access_token_ttl: null });
  expect(reset.body['access_token_ttl']).toBeNull();
  expect((await call('DELETE', `/apis/${String(id)}`)).status).toBe(204);
  expect((await call('GET', `/apis/${String(id)}`)).status).toBe(404);
});

describe('a mistake is named', () => {
  test.each([
    [{}, ['/audience', '/name']],
    [{ audience: 'https://a.example/#part', name: 'A' }, ['/audience']],
    [{ audience: '/relative', name: 'A' }, ['/audience']],
    [{ audience: 'https:/a.example', name: 'A' }, ['/audience']],
    [{ audience: 'https://me:secret@a.example', name: 'A' }, ['/audience']],
    [{ audience: 'https://a.example/ä', name: 'A' }, ['/audience']],
    [{ audience: `https://a.example/${'a'.repeat(2048)}`, name: 'A' }, ['/audience']],
    [
      {
        audience: 'urn:a',
        name: '',
        access_token_format: 'paseto',
        signing_alg: 'HS256',
        access_token_ttl: 0,
      },
      ['/access_token_format', '/access_token_ttl', '/name', '/signing_alg'],
    ],
    [{ audience: 'urn:a', name: 'A', access_token_ttl: 1.5, id: 'x' }, ['/access_token_ttl', '/id']],
    [{ audience: 'urn:a', name: 'A', scopes: [] }, ['/scopes']],
  ])('in %j', async (body, pointers) => {
    const answer = await call('POST', '/apis', body);
    expect(answer.status).toBe(422);
    expect(pointersOf(answer)).toEqual(pointers);
  });

  test.each(['', '/', '/admin', '/admin/', '/admin/v1/scopes', '/ADMIN'])(
    'when the audience is <issuer>%s',
    async (path) => {
      const body = { audience: `${server.issuer}${path}`, name: 'Mine' };
      expect(pointersOf(await call('POST', '/apis', body))).toEqual(['/audience']);
    },
  );

  test('when the audience is taken, and when it would change', async () => {
    const id = await makeApi(server, { audience: 'urn:example:taken' }, []);
    const again = await call('POST', '/apis', { audience: 'urn:example:taken', name: 'Another' });
    expect([again.status, pointersOf(again)]).toEqual([409, ['/audience']]);
    const moved = await call('PATCH', `/apis/${id}`, { audience: 'urn:example:other' });
    expect([moved.status, pointersOf(moved)]).toEqual([422, ['/audience']]);
  });
});

test('the admin API comes first in the list, with its scopes, and cannot be changed', async () => {
  await makeApi(server, { audience: 'urn:example:older' }, []);
  await makeApi(server, { audience: 'urn:example:newer' }, []);
  const audiences = (await listByOnes(server, '/apis')).map(({ audience }) => audience);
  expect(audiences.slice(0, 3)).toEqual([`${server.issuer}/admin`, 'urn:example:newer', 'urn:example:older']);
  expect(new Set(audiences).size).toBe(audiences.length);

  expect((await call('GET', `/apis/${ADMIN_API}`)).body).toMatchObject({ built_in: true, created_at: null });
  const { body } = await call('GET', `/scopes?api_id=${ADMIN_API}`);
  const scopes = body['data'] as { name: string; api_id: string }[];
  expect(scopes.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['catalogue.write', 'clients.read', 'clients.write']),
  );
  expect(new Set(scopes.map(({ api_id }) => api_id))).toEqual(new Set([ADMIN_API]));
  expect((await call('PATCH', `/apis/${ADMIN_API}`, { name: 'Mine' })).status).toBe(409);
  expect((await call('DELETE', `/apis/${ADMIN_API}`)).status).toBe(409);
});

test('an API goes with its scopes, unless a client has one of them', async () => {
  const id = await makeApi(server, { audience: 'https://stock.example' }, ['stock.read', 'stock.write']);
  const client = await server.register({ scopes: ['stock.read'] });
  const refused = await call('DELETE', `/apis/${id}`);
  expect(refused.status).toBe(409);
  expect(refused.body['detail']).toContain('One client has');
  expect((await call('GET', '/scopes/stock.write')).status).toBe(200);
  await server.admin('PATCH', `/${client.id}`, { scopes: [] });
  expect((await call('DELETE', `/apis/${id}`)).status).toBe(204);
  expect((await call('GET', '/scopes/stock.read')).status).toBe(404);
  expect((await call('GET', '/scopes/stock.write')).status).toBe(404);
});

test('two operators cannot overwrite each other', async () => {
  const id = await makeApi(server, { audience: 'urn:example:versions' }, []);
  const headers = { 'if-match': (await call('GET', `/apis/${id}`)).headers.get('etag') ?? '' };
  expect((await call('PATCH', `/apis/${id}`, { name: 'One' }, { headers })).status).toBe(200);
  expect((await call('PATCH', `/apis/${id}`, { name: 'Two' }, { headers })).status).toBe(412);
});

test('any admin token may read, and writing takes catalogue.write', async () => {
  const without = { scopes: ['clients.write'] };
  const id = await makeApi(server, { audience: 'urn:example:guarded' }, []);
  expect((await call('GET', '/apis', undefined, { scopes: [] })).status).toBe(200);
  expect((await call('POST', '/apis', { audience: 'urn:b', name: 'B' }, without)).status).toBe(403);
  expect((await call('PATCH', `/apis/${id}`, { name: 'B' }, without)).status).toBe(403);
  expect((await call('DELETE', `/apis/${id}`, undefined, without)).status).toBe(403);
});

test('a scope moves to an API while nobody has it', async () => {
  const id = await makeApi(server, { audience: 'urn:example:target' }, []);
  await makeScope(server, { name: 'movable.scope' });
  expect((await call('PATCH', '/scopes/movable.scope', { api_id: id })).body['api_id']).toBe(id);
  const { body } = await call('GET', `/scopes?api_id=${id}`);
  expect((body['data'] as { name: string }[]).map(({ name }) => name)).toEqual(['movable.scope']);
});
