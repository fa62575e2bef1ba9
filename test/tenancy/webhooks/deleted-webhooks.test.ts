import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { down, up } from '../../../migrations/20261128010000_note_deleted_webhooks.js';
import { callAdmin, newOrganization } from '../../harness/admin/admin-caller.js';
import { subscribe } from '../../harness/admin/webhooks.js';
import { waitForLockWaits } from '../../harness/database/database-probe.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const DELIVERIES = 20_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** A webhook with so many deliveries. */
async function busyWebhook(path: string, deliveries = DELIVERIES): Promise<string> {
  const body = { url: 'http://127.0.0.1:9/hook', events: ['client.created'] };
  const { id } = await subscribe(server, path, body);
  await server.database.pool.query(
    `INSERT INTO webhook_deliveries (id, webhook_id, event, body, status)
     SELECT gen_random_uuid(), $1, 'client.created', '{}', 'failed' FROM generate_series(1, $2::int)`,
    [id, deliveries],
  );
  return id;
}

async function stored(ids: readonly string[]): Promise<number> {
  const text = 'SELECT count(*)::int AS count FROM webhook_deliveries WHERE webhook_id = ANY ($1)';
  return (await server.database.pool.query<{ count: number }>(text, [ids])).rows[0]?.count ?? -1;
}

test('deliveries are deleted by a job after their webhook, project or organization, and not in the request', async () => {
  const { org, project } = await newOrganization(server, 'busy');
  const other = await newOrganization(server, 'other');
  const kept = await busyWebhook('/orgs/default');
  const ids = [await busyWebhook(org), await busyWebhook(other.project), await busyWebhook(project)];
  const [, , last = ''] = ids;
  for (const path of [`${project}/webhooks/${last}`, other.project, other.org, org])
    expect([path, (await callAdmin(server, 'DELETE', path)).status]).toEqual([path, 204]);
  expect(await stored(ids)).toBe(3 * DELIVERIES);

  const stopping = new AbortController();
  stopping.abort();
  expect(await server.context.webhookDeliveries.purgeOfDeleted(stopping.signal)).toBe(1_000);
  expect(await server.context.webhookDeliveries.purgeOfDeleted()).toBe(3 * DELIVERIES - 1_000);
  expect(await stored(ids)).toBe(0);
  expect(await stored([kept])).toBe(DELIVERIES);
  expect(await server.context.webhookDeliveries.purgeOfDeleted()).toBe(0);
});

test('a delivery that is changed while the job runs is deleted by the next run', async () => {
  const id = await busyWebhook('/orgs/default', 3);
  expect((await callAdmin(server, 'DELETE', `/orgs/default/webhooks/${id}`)).status).toBe(204);
  const attempt = await server.database.pool.connect();
  await attempt.query('BEGIN');
  await attempt.query(
    `UPDATE webhook_deliveries SET attempts = attempts + 1 WHERE id =
       (SELECT id FROM webhook_deliveries WHERE webhook_id = $1 LIMIT 1)`,
    [id],
  );
  const run = server.context.webhookDeliveries.purgeOfDeleted();
  await waitForLockWaits(server);
  await attempt.query('COMMIT');
  attempt.release();
  expect(await run).toBe(2);
  expect(await server.context.webhookDeliveries.purgeOfDeleted()).toBe(1);
  expect(await stored([id])).toBe(0);
});

test.each([
  [
    'webhooks before deliveries',
    'SELECT FROM webhooks WHERE id = $1 FOR UPDATE',
    `WITH changed AS (UPDATE webhooks SET enabled = false WHERE id = $1)
     UPDATE webhook_deliveries SET attempts = 1 WHERE webhook_id = $1`,
  ],
  [
    'deliveries before webhooks',
    'UPDATE webhook_deliveries SET attempts = 1 WHERE webhook_id = $1',
    'SELECT FROM webhooks WHERE id = $1 FOR KEY SHARE',
  ],
])('the migration and a transaction that locks %s both succeed', async (_name, first, second) => {
  const id = await busyWebhook('/orgs/default', 1);
  const { sql } = server.context.database;
  await sql.transaction(down);
  const request = await server.database.pool.connect();
  await request.query('BEGIN');
  await request.query(first, [id]);
  const migration = sql.transaction(up);
  await waitForLockWaits(server);
  expect((await request.query(second, [id])).rowCount).toBe(1);
  await request.query('COMMIT');
  request.release();
  await migration;
});
