import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DnsServer, startDnsServer } from '../../harness/faults/dns-server.js';
import { makeDue, show, verificationOf } from '../../harness/admin/publisher.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let dns: DnsServer;
let first: TestServer;
let second: TestServer;

beforeAll(async () => {
  dns = await startDnsServer();
  const env = { DNS_SERVERS: dns.address };
  first = await startTestServer({ env });
  second = await startTestServer({ env, nodeOf: first });
});
afterAll(async () => {
  await second.close();
  await first.close();
  await dns.close();
});

async function registerMany(prefix: string, count: number): Promise<Map<string, RegisteredClient>> {
  const clients = new Map<string, RegisteredClient>();
  for (let index = 0; index < count; index++) {
    const host = `${prefix}-${String(index)}.publisher.example`;
    const fields = { client_uri: `https://${host}/`, token_endpoint_auth_method: 'none' };
    clients.set(host, await first.register(fields));
  }
  return clients;
}

test('nodes that check at the same time share the work', async () => {
  const clients = await registerMany('shared', 60);
  for (const [host, client] of clients) dns.answer(host, [verificationOf(client).text]);
  const [here, there] = await Promise.all([
    first.context.publisherPoller.checkDue(),
    second.context.publisherPoller.checkDue(),
  ]);
  expect(here + there).toBe(60);
  expect(dns.questions().sort()).toEqual([...clients.keys()].sort());
  for (const client of clients.values()) {
    expect(verificationOf(await show(first, client)).status).toBe('verified');
  }
});

test('what one node is looking for is nothing for the other to look for', async () => {
  const client = await first.register({
    client_uri: 'https://held.publisher.example/',
    token_endpoint_auth_method: 'none',
  });
  const host = 'held.publisher.example';
  dns.answer(host, [verificationOf(client).text]);
  const release = dns.hold();
  const asked = dns.asked(host);
  const round = first.context.publisherPoller.checkDue();
  await asked;
  expect(await second.context.publisherPoller.checkDue()).toBe(0);
  release();
  await round;
  expect(verificationOf(await show(second, client)).status).toBe('verified');
});

test('a round is bounded, and who waited longest goes first', async () => {
  const clients = await registerMany('many', 55);
  const [last] = clients.values();
  await first.database.pool.query(
    "UPDATE publisher_verifications SET next_check_at = now() - interval '1 hour' WHERE next_check_at IS NOT NULL",
  );
  if (last) await makeDue(first, last);
  expect(await first.context.publisherPoller.checkDue()).toBe(50);
  expect(last && verificationOf(await show(first, last)).status).toBe('pending');
  expect(await first.context.publisherPoller.checkDue()).toBe(5);
});
