import { createHmac } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin, newOrganization } from '../../harness/admin/admin-caller.js';
import { type NewWebhook, subscribe } from '../../harness/admin/webhooks.js';
import { eventually } from '../../harness/common/eventually.js';
import { auditTrail, waitForLockWaits } from '../../harness/database/database-probe.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { whileCollectingGarbage } from '../../harness/process/garbage.js';

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
const hanging: ServerResponse[] = [];
const got: { headers: Record<string, string>; body: string }[] = [];
beforeAll(async () => {
  server = await startTestServer({ delivers: true });
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      got.push({ headers: request.headers as Record<string, string>, body });
      if (answer === 'hang') hanging.push(response);
      else response.writeHead(answer).end();
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

const deliveries = async (path: string, { id }: NewWebhook) =>
  (await callAdmin<{ data: Delivery[] }>(server, 'GET', `${path}/webhooks/${id}/deliveries`)).body.data;
/** What became of the last attempt is told before the message is given back to the queue. */
const retryNow = ({ id }: Delivery) =>
  eventually(async () => {
    const text = 'UPDATE outbox SET due_at = now() WHERE id = $1 AND lease_owner IS NULL';
    return ((await server.database.pool.query(text, [id])).rowCount ?? 0) > 0;
  });
const gotOf = (type: string) =>
  got.filter(({ body }) => (JSON.parse(body) as { type: string }).type === type);
/** The signature that Standard Webhooks asks for. */
function signatureOf(secret: string, { headers, body }: (typeof got)[number]): string {
  const signed = `${headers['webhook-id'] ?? ''}.${headers['webhook-timestamp'] ?? ''}.${body}`;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}
const until = (path: string, webhook: NewWebhook, wanted: Partial<Delivery>) =>
  eventually(async () => {
    const [last] = await deliveries(path, webhook);
    expect(last).toMatchObject(wanted);
    return last as Delivery;
  });

test('an event is sent once to each webhook that wants it, signed as Standard Webhooks says', async () => {
  const webhook = await subscribe(server, PROJECT, { url, events: ['client.created'] });
  const elsewhere = await newOrganization(server, 'elsewhere');
  const other = await subscribe(server, elsewhere.project, { url, events: [] });
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
  expect(headers['webhook-signature']).toBe(signatureOf(webhook.secret, { headers, body }));
  expect(await deliveries(elsewhere.project, other)).not.toContainEqual(
    expect.objectContaining({ event: 'client.created' }),
  );
  await callAdmin(server, 'DELETE', `${PROJECT}/webhooks/${webhook.id}`);
});

test('one that is turned off gets no event, one with a new secret two signatures, and each a test message', async () => {
  const webhook = await subscribe(server, PROJECT, { url, events: ['client.created'] });
  const path = `${PROJECT}/webhooks/${webhook.id}`;
  const change = (body: object) => callAdmin(server, 'PATCH', path, body);
  for (const bad of [{ url: 'no' }, { enabled: 1 }, { events: null }, { events: ['No'] }, { secret: 'mine' }])
    expect([bad, (await change(bad)).status]).toEqual([bad, 422]);
  expect((await change({ enabled: false })).body).toMatchObject({ enabled: false, url });
  expect((await change({ enabled: false })).status).toBe(200);
  await server.register();
  expect(await deliveries(PROJECT, webhook)).toEqual([]);
  const rotated = await callAdmin<NewWebhook>(server, 'POST', `${path}/rotate_secret`);
  expect(rotated.body.secret).not.toBe(webhook.secret);
  const tried = await callAdmin<Delivery>(server, 'POST', `${path}/test`);
  await until(PROJECT, webhook, { id: tried.body.id, event: 'webhook.test', status: 'delivered' });
  const signed = async (secrets: string[]) => {
    const [{ headers = {}, body = '' } = {}] = gotOf('webhook.test').slice(-1);
    const signatures = secrets.map((secret) => signatureOf(secret, { headers, body }));
    expect(headers['webhook-signature']).toBe(signatures.join(' '));
  };
  await signed([rotated.body.secret, webhook.secret]);
  await server.database.pool.query('UPDATE webhooks SET previous_secret_until = now() WHERE id = $1', [
    webhook.id,
  ]);
  const later = await callAdmin<Delivery>(server, 'POST', `${path}/test`);
  await until(PROJECT, webhook, { id: later.body.id, status: 'delivered' });
  await signed([rotated.body.secret]);
  expect((await auditTrail(server, webhook.id)).map(({ action }) => action).sort()).toEqual([
    'webhook.created',
    'webhook.secret_rotated',
    'webhook.updated',
  ]);
  await callAdmin(server, 'DELETE', path);
  for (const step of ['test', 'rotate_secret'])
    expect((await callAdmin(server, 'POST', `${path}/${step}`)).status).toBe(404);
});

test('a receiver that fails, hangs and comes back gets the same message in the end', async () => {
  const webhook = await subscribe(server, PROJECT, { url, events: ['client.deleted'] });
  const { id } = await server.register();
  answer = 503;
  await server.admin('DELETE', `/${id}`);
  const refused = { status: 'waiting', attempts: 1, last_error: 'the receiver answered 503' };
  const delivery = await until(PROJECT, webhook, refused);
  answer = 'hang';
  await retryNow(delivery);
  await whileCollectingGarbage(() => setTimeout(5_500));
  await until(PROJECT, webhook, { status: 'waiting', attempts: 2, response_status: null });
  answer = 204;
  await retryNow(delivery);
  await until(PROJECT, webhook, { status: 'delivered', attempts: 3, last_error: null });
  const sent = gotOf('client.deleted');
  expect(sent.length).toBeGreaterThanOrEqual(3);
  expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  await callAdmin(server, 'DELETE', `${PROJECT}/webhooks/${webhook.id}`);
  answer = 200;
}, 30_000);

test('what is given up is listed, and sent again on demand', async () => {
  const webhook = await subscribe(server, '', { url, events: ['webhook.created'] });
  answer = 410;
  const ignored = await subscribe(server, '/orgs/default', { url, events: ['scope.deleted'] });
  const dead = await until('', webhook, { status: 'failed', attempts: 1, response_status: 410 });
  answer = 200;
  const path = `/webhooks/${webhook.id}/deliveries/${dead.id}/redeliver`;
  expect((await callAdmin(server, 'POST', path)).status).toBe(200);
  await until('', webhook, { status: 'delivered' });
  expect((await callAdmin(server, 'POST', path)).status).toBe(404);
  expect(await auditTrail(server, dead.id)).toEqual([
    expect.objectContaining({ action: 'message.redelivered' }),
  ]);
  expect(await deliveries('/orgs/default', ignored)).toEqual([]);
  await callAdmin(server, 'DELETE', `/webhooks/${webhook.id}`);
});

test('a dead letter of the outbox is delivered again, and so is what waits without a message', async () => {
  const webhook = await subscribe(server, PROJECT, { url, events: ['client.deleted'] });
  const { id: first } = await server.register();
  answer = 410;
  await server.admin('DELETE', `/${first}`);
  const dead = await until(PROJECT, webhook, { status: 'failed' });
  answer = 200;
  await eventually(async () => {
    const path = `/outbox_messages/${dead.id}/redeliver`;
    return (await callAdmin(server, 'POST', path)).status === 200;
  });
  await until(PROJECT, webhook, { status: 'delivered', attempts: 2 });
  const { id: second } = await server.register();
  answer = 503;
  await server.admin('DELETE', `/${second}`);
  const waiting = await until(PROJECT, webhook, { status: 'waiting', attempts: 1 });
  const path = `${PROJECT}/webhooks/${webhook.id}/deliveries/${waiting?.id ?? ''}/redeliver`;
  expect((await callAdmin(server, 'POST', path)).status).toBe(404);
  answer = 200;
  await server.database.pool.query('DELETE FROM outbox WHERE id = $1', [waiting?.id]);
  expect((await callAdmin(server, 'POST', path)).status).toBe(200);
  await until(PROJECT, webhook, { id: waiting?.id ?? '', status: 'delivered' });
  await callAdmin(server, 'DELETE', `${PROJECT}/webhooks/${webhook.id}`);
});

test('an event while its webhook is deleted is recorded all the same', async () => {
  const webhook = await subscribe(server, PROJECT, { url, events: ['client.created'] });
  const connection = await server.database.pool.connect();
  await connection.query('BEGIN');
  await connection.query('DELETE FROM webhooks WHERE id = $1', [webhook.id]);
  const registered = server.register();
  await waitForLockWaits(server);
  await connection.query('COMMIT');
  connection.release();
  expect(await auditTrail(server, (await registered).id)).toEqual([
    expect.objectContaining({ action: 'client.created' }),
  ]);
});

test('what was delivered is listed for 3 days without its body, what failed for 30', async () => {
  const webhook = await subscribe(server, PROJECT, { url, events: ['client.created'] });
  await server.register();
  const delivered = await until(PROJECT, webhook, { status: 'delivered' });
  const { pool } = server.database;
  const stored = await pool.query('SELECT body FROM webhook_deliveries WHERE id = $1', [delivered?.id]);
  expect(stored.rows).toEqual([{ body: '' }]);
  await pool.query(
    `INSERT INTO webhook_deliveries (id, webhook_id, event, body, status, created_at, finished_at)
     SELECT gen_random_uuid(), $1, 'a.b', '{}', status, now() - days, now() - days
     FROM (VALUES ('delivered', interval '4 days'), ('failed', interval '4 days'), ('failed', interval '31 days'))
       AS old (status, days), generate_series(1, 600)`,
    [webhook.id],
  );
  await server.context.webhookDeliveries.purge();
  const { rows } = await pool.query(
    'SELECT status, count(*)::int AS count FROM webhook_deliveries WHERE webhook_id = $1 GROUP BY status ORDER BY status',
    [webhook.id],
  );
  expect(rows).toEqual([
    { status: 'delivered', count: 1 },
    { status: 'failed', count: 600 },
  ]);
  expect((await callAdmin(server, 'DELETE', `${PROJECT}/webhooks/${webhook.id}`)).status).toBe(204);
});
