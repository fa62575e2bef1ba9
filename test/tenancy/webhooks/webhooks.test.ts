import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin, newOrganization, withRole } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

interface Webhook {
  id: string;
  secret: string;
}
interface Delivery {
  id: string;
  event: string;
  status: string;
  attempts: number;
  response_status: number | null;
  last_error: string | null;
}
const PROJECT = '/orgs/default/projects/default';

let server: TestServer;
let receiver: Server;
let url: string;
let answer: number | 'hang' = 200;
const got: { headers: Record<string, string>; body: string }[] = [];
beforeAll(async () => {
  server = await startTestServer({ delivers: true });
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      got.push({ headers: request.headers as Record<string, string>, body });
      if (answer !== 'hang') response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/hook`;
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await server.close();
});

async function subscribe(path: string, events: string[]): Promise<Webhook> {
  const made = await callAdmin<Webhook>(server, 'POST', `${path}/webhooks`, { url, events });
  if (made.status !== 201) throw new Error(`answered ${String(made.status)}: ${JSON.stringify(made.body)}`);
  return made.body;
}
const deliveries = async (path: string, { id }: Webhook) =>
  (await callAdmin<{ data: Delivery[] }>(server, 'GET', `${path}/webhooks/${id}/deliveries`)).body.data;
const retryNow = () =>
  server.database.pool.query('UPDATE outbox SET due_at = now() WHERE lease_owner IS NULL');
const gotOf = (type: string) =>
  got.filter(({ body }) => (JSON.parse(body) as { type: string }).type === type);
const until = (path: string, webhook: Webhook, wanted: Partial<Delivery>) =>
  eventually(async () => {
    const [last] = await deliveries(path, webhook);
    expect(last).toMatchObject(wanted);
    return last;
  });

test('an event is sent once to each webhook that wants it, signed as Standard Webhooks says', async () => {
  const webhook = await subscribe(PROJECT, ['client.created']);
  const elsewhere = await newOrganization(server, 'elsewhere');
  const other = await subscribe(elsewhere.project, []);
  const client = await server.register({ client_name: 'canary-name' });
  await until(PROJECT, webhook, {
    event: 'client.created',
    status: 'delivered',
    attempts: 1,
    response_status: 200,
  });
  const sent = gotOf('client.created');
  expect(sent).toHaveLength(1);
  const { headers = {}, body = '' } = sent[0] ?? {};
  expect(JSON.parse(body)).toMatchObject({ type: 'client.created', data: { target_id: client.id } });
  expect(body).not.toMatch(/canary|127\.0\.0\.1/);
  const signed = `${headers['webhook-id'] ?? ''}.${headers['webhook-timestamp'] ?? ''}.${body}`;
  const key = Buffer.from(webhook.secret.replace('whsec_', ''), 'base64');
  expect(headers['webhook-signature']).toBe(
    `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
  );
  expect(await deliveries(elsewhere.project, other)).not.toContainEqual(
    expect.objectContaining({ event: 'client.created' }),
  );
  await callAdmin(server, 'DELETE', `${PROJECT}/webhooks/${webhook.id}`);
});

test('a receiver that fails, hangs and comes back gets the same message in the end', async () => {
  const webhook = await subscribe(PROJECT, ['client.deleted']);
  const { id } = await server.register();
  answer = 503;
  await server.admin('DELETE', `/${id}`);
  await until(PROJECT, webhook, { status: 'waiting', attempts: 1, last_error: 'the receiver answered 503' });
  answer = 'hang';
  await retryNow();
  await new Promise((resolve) => setTimeout(resolve, 5_500));
  await until(PROJECT, webhook, { status: 'waiting', attempts: 2, response_status: null });
  answer = 204;
  await retryNow();
  await until(PROJECT, webhook, { status: 'delivered', attempts: 3, last_error: null });
  const sent = gotOf('client.deleted');
  expect(sent.length).toBeGreaterThanOrEqual(3);
  expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  await callAdmin(server, 'DELETE', `${PROJECT}/webhooks/${webhook.id}`);
  answer = 200;
}, 30_000);

test('what is given up is listed, and sent again on demand', async () => {
  const webhook = await subscribe('', ['webhook.created']);
  answer = 410;
  const ignored = await subscribe('/orgs/default', ['nothing.here']);
  const dead = await until('', webhook, { status: 'failed', attempts: 1, response_status: 410 });
  answer = 200;
  const path = `/webhooks/${webhook.id}/deliveries/${dead?.id ?? ''}/redeliver`;
  expect((await callAdmin(server, 'POST', path)).status).toBe(200);
  await until('', webhook, { status: 'delivered' });
  expect((await callAdmin(server, 'POST', path)).status).toBe(404);
  expect(await deliveries('/orgs/default', ignored)).toEqual([]);
  await callAdmin(server, 'DELETE', `/webhooks/${webhook.id}`);
});

test('secrets are stored sealed, URLs have rules, and only owners make webhooks', async () => {
  const webhook = await subscribe(PROJECT, []);
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
