import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin, newOrganization } from '../../harness/admin/admin-caller.js';
import { subscribe } from '../../harness/admin/webhooks.js';
import { eventually } from '../../harness/common/eventually.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

interface Delivery {
  id: string;
  status: string;
}
const PROJECT = '/orgs/default/projects/default';

let server: TestServer;
let receiver: Server;
let url: string;
let hangs = false;
const hanging: ServerResponse[] = [];
beforeAll(async () => {
  server = await startTestServer({ delivers: true });
  receiver = createServer((_, response) => {
    if (hangs) hanging.push(response);
    else response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/hook`;
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await server.close();
});

const deliveries = async (path: string, id: string) =>
  (await callAdmin<{ data: Delivery[] }>(server, 'GET', `${path}/webhooks/${id}/deliveries`)).body.data;
const sendTest = (path: string, id: string) => callAdmin(server, 'POST', `${path}/webhooks/${id}/test`);

test('a receiver that hangs gets two requests at once, and delays no other webhook', async () => {
  const { id: webhook } = await subscribe(server, PROJECT, { url, events: ['client.created'] });
  hangs = true;
  for (let index = 0; index < 12; index++) await server.register();
  await eventually(() => hanging.length === 2);
  hangs = false;
  const { project } = await newOrganization(server, 'patient');
  const { id: other } = await subscribe(server, project, { url, events: ['client.deleted'] });
  await sendTest(project, other);
  await eventually(async () => (await deliveries(project, other))[0]?.status === 'delivered');
  expect(hanging).toHaveLength(2);
  for (const response of hanging) response.writeHead(204).end();
  await eventually(async () => {
    const all = await deliveries(PROJECT, webhook);
    return all.length === 12 && all.every(({ status }) => status === 'delivered');
  });
});

test('tests and redeliveries have a limit for each organization', async () => {
  const [busy, other] = [await newOrganization(server, 'busy'), await newOrganization(server, 'other')];
  const { id } = await subscribe(server, busy.project, { url, events: ['client.deleted'] });
  const statuses: number[] = [];
  for (let times = 0; times < 100; times++) statuses.push((await sendTest(busy.project, id)).status);
  expect(new Set(statuses)).toEqual(new Set([200]));
  const beyond = await sendTest(busy.project, id);
  expect(beyond.status).toBe(429);
  expect(Number(beyond.headers.get('retry-after'))).toBeGreaterThan(0);
  const [last] = await deliveries(busy.project, id);
  const again = `${busy.project}/webhooks/${id}/deliveries/${last?.id ?? ''}/redeliver`;
  expect((await callAdmin(server, 'POST', again)).status).toBe(429);
  expect(
    (
      await sendTest(
        other.project,
        (await subscribe(server, other.project, { url, events: ['client.deleted'] })).id,
      )
    ).status,
  ).toBe(200);
});
