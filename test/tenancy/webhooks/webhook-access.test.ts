import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin, withRole } from '../../harness/admin/admin-caller.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

interface Webhook {
  id: string;
  secret: string;
}
const PROJECT = '/orgs/default/projects/default';
const url = 'http://127.0.0.1:9/hook';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test('making one takes audit.read as well, and readers see no query of its URL', async () => {
  const secretUrl = `${url}?token=canary`;
  const body = { url: secretUrl, events: ['client.purged'] };
  for (const path of ['', '/orgs/default', PROJECT]) {
    const create = (scopes: string[]) =>
      callAdmin<Webhook>(server, 'POST', `${path}/webhooks`, body, { scopes });
    expect((await create(['tenants.write'])).status).toBe(403);
    expect((await create(['audit.read'])).status).toBe(403);
    const { status, body: made } = await create(['tenants.write', 'audit.read']);
    expect(status).toBe(201);
    const one = `${path}/webhooks/${made.id}`;
    const reading = { scopes: ['tenants.read'] };
    expect((await callAdmin(server, 'GET', one)).body).toMatchObject({ url: secretUrl });
    expect((await callAdmin(server, 'GET', one, undefined, reading)).body).toMatchObject({ url });
    const list = await callAdmin(server, 'GET', `${path}/webhooks`, undefined, reading);
    expect(JSON.stringify(list.body)).not.toContain('canary');
    if (path !== '') {
      const viewer = await withRole(server, '/orgs/default', 'viewer');
      expect((await viewer('GET', one)).body).toMatchObject({ url });
    }
    await callAdmin(server, 'DELETE', one);
  }
});

test('secrets are stored sealed, URLs have rules, and only owners make webhooks', async () => {
  const made = await callAdmin<Webhook>(server, 'POST', `${PROJECT}/webhooks`, { url });
  const webhook = made.body;
  const stored = await server.database.pool.query('SELECT sealed_secret FROM webhooks WHERE id = $1', [
    webhook.id,
  ]);
  const sealed = (stored.rows as { sealed_secret: Buffer }[])[0]?.sealed_secret.toString('latin1') ?? '';
  expect(sealed).not.toContain(webhook.secret.slice(6, 20));
  const shown = await callAdmin(server, 'GET', `${PROJECT}/webhooks/${webhook.id}`);
  expect(JSON.stringify(shown.body)).not.toContain('secret');
  for (const bad of ['https://me:pw@hooks.example/', 'ftp://hooks.example', 'https://hooks.example/#x', 'no'])
    expect((await callAdmin(server, 'POST', '/webhooks', { url: bad })).status).toBe(422);
  const body = { url, events: ['Not an event'] };
  expect((await callAdmin(server, 'POST', '/webhooks', body)).status).toBe(422);
  for (const [role, status] of [
    ['owner', 201],
    ['admin', 403],
    ['member', 403],
    [undefined, 404],
  ] as const) {
    const caller = await withRole(server, '/orgs/default', role);
    expect([role, (await caller('POST', '/orgs/default/webhooks', { url })).status]).toEqual([role, status]);
  }
  expect((await callAdmin(server, 'GET', `/orgs/default/webhooks/${webhook.id}`)).status).toBe(404);
});
