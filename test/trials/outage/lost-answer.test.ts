import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { auditTrail } from '../../harness/database/database-probe.js';
import { type Proxy, startProxy } from '../../harness/faults/tcp-proxy.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { figures, machineToken, registerMachine, reportOf } from '../../harness/admin/usage.js';

let server: TestServer;
let proxy: Proxy;
let node: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  proxy = await startProxy(server.database.url);
  node = await startTestServer({ nodeOf: server, env: { DATABASE_URL: proxy.url } });
});
afterAll(async () => {
  await node.close();
  await proxy.cut();
  await server.close();
});

/** The clients of this name with how many events each has. */
async function clientsNamed(name: string): Promise<number[]> {
  const { data } = (await (await server.admin('GET', `?text=${name}`)).json()) as { data: { id: string }[] };
  return Promise.all(data.map(async ({ id }) => (await auditTrail(server, id)).length));
}
const create = (client_name: string) =>
  node.admin('POST', '', { client_name, redirect_uris: ['https://a.example/'] });

test('a connection that ends before COMMIT leaves nothing, and the answer says so', async () => {
  expect((await create('whole')).status).toBe(201);
  proxy.loseAnswerTo('insert into "audit_events"');
  const answer = await create('absent');
  expect(answer.status).toBe(503);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect([await clientsNamed('whole'), await clientsNamed('absent')]).toEqual([[1], []]);
});

test('when only the answer to COMMIT is lost, the client is there, and the answer says so', async () => {
  proxy.loseAnswerTo('COMMIT');
  const answer = await create('committed');
  expect(answer.status).toBe(201);
  expect(await answer.json()).toHaveProperty('client_secret');
  expect(await clientsNamed('committed')).toEqual([1]);
});

test('usage is counted once, whenever the connection ends', async () => {
  const machine = await registerMachine(server);
  await machineToken(node, machine);
  proxy.loseAnswerTo('usage_people');
  await expect(node.context.usage.flush()).rejects.toThrow();
  expect((await reportOf(server, machine)).total).toEqual(figures());
  proxy.loseAnswerTo('COMMIT');
  await node.context.usage.flush();
  await node.context.usage.flush();
  expect((await reportOf(server, machine)).total).toEqual(figures({ tokens: { client_credentials: 1 } }));
});
