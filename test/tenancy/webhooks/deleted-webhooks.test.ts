import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin, newOrganization } from '../../harness/admin/admin-caller.js';
import { subscribe } from '../../harness/admin/webhooks.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const DELIVERIES = 20_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** A webhook with many deliveries. */
async function busyWebhook(path: string): Promise<string> {
  const body = { url: 'http://127.0.0.1:9/hook', events: ['client.created'] };
  const { id } = await subscribe(server, path, body);
  await server.database.pool.query(
    `INSERT INTO webhook_deliveries (id, webhook_id, event, body, status)
     SELECT gen_random_uuid(), $1, 'client.created', '{}', 'failed' FROM generate_series(1, $2::int)`,
    [id, DELIVERIES],
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
