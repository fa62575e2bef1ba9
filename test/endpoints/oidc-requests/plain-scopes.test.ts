import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { makeScope } from '../../harness/admin/catalogue.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

let server: TestServer;
let other: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  other = await startTestServer({ nodeOf: server });
});
afterAll(async () => {
  await other.close();
  await server.close();
});

test('a new scope is in force at once on its node, and on another once that has looked', async () => {
  await makeScope(server, { name: 'reports.read' });
  const machine = await server.register({ grant_types: ['client_credentials'], scopes: ['reports.read'] });
  const ask = (node: TestServer) => {
    const form = { grant_type: 'client_credentials', scope: 'reports.read' };
    return postForm(`${node.origin}/oauth2/token`, form, basic(machine));
  };
  expect((await ask(server)).body['scope']).toBe('reports.read');
  expect(await other.engine.refresh()).toBe(true);
  expect((await ask(other)).body['scope']).toBe('reports.read');
});

test('a retired scope works for the clients that have it', async () => {
  await makeScope(server, { name: 'archive.read' });
  const machine = await server.register({ grant_types: ['client_credentials'], scopes: ['archive.read'] });
  await callAdmin(server, 'PATCH', '/scopes/archive.read', { retired: true });
  const form = { grant_type: 'client_credentials', scope: 'archive.read' };
  const { body } = await postForm(`${server.issuer}/oauth2/token`, form, basic(machine));
  expect(body['scope']).toBe('archive.read');
});

test('changes that come together all take effect', async () => {
  const names = Array.from({ length: 8 }, (_, index) => `burst.scope-${String(index)}`);
  await Promise.all(names.map((name) => makeScope(server, { name })));
  const discovery = await fetch(`${server.issuer}/.well-known/openid-configuration`);
  const { scopes_supported: supported } = (await discovery.json()) as { scopes_supported: string[] };
  expect(supported).toEqual(expect.arrayContaining(names));
});
