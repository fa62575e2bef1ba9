import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, hiddenField, PROJECT } from '../../harness/pages/console-agent.js';

let server: TestServer;
let agent: ConsoleAgent;
beforeAll(async () => {
  server = await startTestServer();
  agent = await ConsoleAgent.signIn(server);
});
afterAll(() => server.close());

const base = async (path: string) => ({ base: hiddenField((await agent.get(path)).body, 'base') });

test.each(['/console', '/console/o/default', PROJECT])('%s has its webhooks', async (home) => {
  const list = `${home}/webhooks`;
  expect((await agent.get(list)).body).toContain('No webhook');
  const start = await base(`${list}/new`);
  const refused = await agent.post(`${list}/new`, { ...start, url: 'ftp://hooks.example/' });
  expect(refused.status).toBe(422);
  expect(refused.body).toContain('Send an https URL');
  const fields = { ...start, url: 'http://127.0.0.1:9/hook', events: 'client.purged' };
  const made = await agent.post(`${list}/new`, fields);
  expect(made.status).toBe(201);
  const [secret = 'none'] = /whsec_[\w+/=]+/.exec(made.body) ?? [];
  const [, page = ''] = /href="([^"]+\/webhooks\/[0-9a-f-]{36})"/.exec(made.body) ?? [];
  const shown = await agent.get(page);
  expect(shown.body).toContain('<code>client.purged</code>');
  expect(shown.body).not.toContain('whsec_');

  const change = { ...fields, ...(await base(`${page}/edit`)), events: 'webhook.deleted', enabled: 'false' };
  const saved = await agent.post(`${page}/edit`, change);
  expect(saved.headers.get('location')).toBe(`${page}?done=saved`);
  expect((await agent.get(list)).body).toContain('Turned off');

  // An earlier version accepted names that are no action.
  const id = page.slice(page.lastIndexOf('/') + 1);
  await server.database.pool.query(`UPDATE webhooks SET events = '{nothing.here}' WHERE id = $1`, [id]);
  expect((await agent.get(`${page}/edit`)).body).toMatch(/value="nothing\.here" checked/);
  const old = { ...fields, ...(await base(`${page}/edit`)), events: 'nothing.here', enabled: 'true' };
  expect((await agent.post(`${page}/edit`, old)).status).toBe(303);
  const wrong = { ...old, ...(await base(`${page}/edit`)), events: 'nothing.there' };
  expect((await agent.post(`${page}/edit`, wrong)).status).toBe(422);
  const { rows } = await server.database.pool.query('SELECT events, enabled FROM webhooks WHERE id = $1', [
    id,
  ]);
  expect(rows).toEqual([{ events: ['nothing.here'], enabled: true }]);

  const rotated = await agent.post(`${page}/rotate-secret`, await base(`${page}/rotate-secret`));
  expect(rotated.body).toContain('whsec_');
  expect(rotated.body).not.toContain(secret);

  expect((await agent.post(`${page}/test`, {})).headers.get('location')).toBe(`${page}?done=tested`);
  await server.database.pool.query(
    `UPDATE webhook_deliveries SET status = 'failed', last_error = 'the receiver answered 410'`,
  );
  const failed = await agent.get(`${page}/deliveries?status=failed`);
  expect(failed.body).toContain('the receiver answered 410');
  const [, again = ''] = /action="([^"]+\/redeliver)"/.exec(failed.body) ?? [];
  expect((await agent.post(again, {})).headers.get('location')).toBe(`${page}?done=redelivered`);
  expect((await agent.post(again, {})).status).toBe(404);
  expect((await agent.get(`${page}/deliveries?format=csv`)).body).toMatch(/^id,event/);

  expect((await agent.post(`${page}/delete`, { typed: 'hooks' })).status).toBe(422);
  const gone = await agent.post(`${page}/delete`, { typed: '127.0.0.1:9' });
  expect(gone.headers.get('location')).toBe(`${list}?done=deleted`);
  expect((await agent.get(page)).status).toBe(404);
});

test('a webhook of one project is not there in another, nor for those who may not read it', async () => {
  const made = await callAdmin<{ id: string }>(server, 'POST', '/webhooks', {
    url: 'https://hooks.example/',
  });
  expect((await agent.get(`${PROJECT}/webhooks/${made.body.id}`)).status).toBe(404);
  const owner = await ConsoleAgent.signIn(server, 'owner');
  expect((await owner.get(`/console/webhooks/${made.body.id}`)).status).toBe(404);
});
