import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DnsServer, startDnsServer } from '../../harness/faults/dns-server.js';
import { auditTrail } from '../../harness/database/database-probe.js';
import { patch, show, verificationOf } from '../../harness/admin/publisher.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let dns: DnsServer;
let server: TestServer;
let names = 0;
const newHost = (): string => `product-${String(++names)}.publisher.example`;
const PROMOTE = { visibility: 'public' };
const COMPLETE = {
  logo_uri: 'https://cdn.example/logo.png',
  scopes: ['profile', 'clients.read'],
  token_endpoint_auth_method: 'none',
};

beforeAll(async () => {
  dns = await startDnsServer();
  server = await startTestServer({ env: { DNS_SERVERS: dns.address } });
});
afterAll(async () => {
  await server.close();
  await dns.close();
});

/** A client with everything that promotion needs, but for what `fields` say. */
async function ready(fields: Record<string, unknown> = {}, host = newHost()): Promise<RegisteredClient> {
  const client = await server.register({ ...COMPLETE, client_uri: `https://${host}/`, ...fields });
  dns.answer(host, [verificationOf(client).text]);
  await server.context.publisherPoller.checkDue();
  return show(server, client);
}

async function promoted(): Promise<RegisteredClient> {
  const { status, body } = await patch(server, await ready(), PROMOTE);
  expect(status).toBe(200);
  return body;
}

const pointers = (errors: { pointer: string }[]) => errors.map(({ pointer }) => pointer);

test('a client with everything is promoted, once and for all', async () => {
  const client = await ready();
  expect(client).toMatchObject({ visibility: 'private', promoted_at: null });
  const { status, body } = await patch(server, client, PROMOTE);
  expect(status).toBe(200);
  expect(body).toMatchObject({ visibility: 'public', promoted_at: expect.stringMatching(/^2.*Z$/) });
  expect(await show(server, client)).toMatchObject({
    visibility: 'public',
    promoted_at: body['promoted_at'],
  });

  const again = await patch(server, client, PROMOTE);
  expect(again.status).toBe(200);
  expect(again.body).toMatchObject({ promoted_at: body['promoted_at'], updated_at: body['updated_at'] });
  for (const visibility of ['private', null, 'hidden']) {
    const back = await patch(server, client, { visibility });
    expect([back.status, pointers(back.errors)]).toEqual([422, ['/visibility']]);
  }
  expect((await show(server, client))['visibility']).toBe('public');
  const events = (await auditTrail(server, client.id)).filter(({ action }) => action === 'client.promoted');
  expect(events).toMatchObject([{ changed_fields: ['visibility', 'promoted_at'] }]);
});

test.each<[string, Record<string, unknown>, string]>([
  ['a logo', { logo_uri: null }, '/logo_uri'],
  ['a scope beyond identity', { scopes: ['profile', 'email', 'phone', 'address'] }, '/scopes'],
])('promotion needs %s', async (_, lacking, pointer) => {
  const client = await ready(lacking);
  const { status, errors } = await patch(server, client, PROMOTE);
  expect([status, pointers(errors)]).toEqual([422, [pointer]]);
  expect(await show(server, client)).toMatchObject({ visibility: 'private', promoted_at: null });
});

test('promotion needs a verified client_uri, whatever it is that is missing of it', async () => {
  const host = newHost();
  const client = await server.register(COMPLETE);
  const missing = async () => {
    const { status, errors } = await patch(server, client, PROMOTE);
    expect([status, pointers(errors)]).toEqual([422, ['/client_uri']]);
    return errors[0]?.detail;
  };
  expect(await missing()).toContain('set one');
  await patch(server, client, { client_uri: 'https://192.0.2.1/' });
  expect(await missing()).toContain('cannot be verified');
  await patch(server, client, { client_uri: `https://${host}/` });
  expect(await missing()).toContain(`TXT record of ${host}`);
  await server.database.pool.query(
    "UPDATE publisher_verifications SET started_at = now() - interval '2 days' WHERE oauth_client_id = $1",
    [client.id],
  );
  await server.context.publisherPoller.checkDue();
  expect(await missing()).toContain('send client_uri again');
});

test('a client_uri that comes with the promotion is not verified yet', async () => {
  const client = await server.register(COMPLETE);
  const { status, errors } = await patch(server, client, { ...PROMOTE, client_uri: `https://${newHost()}/` });
  expect([status, pointers(errors)]).toEqual([422, ['/client_uri']]);
  expect((await show(server, client))['client_uri']).toBeNull();
});

test('everything that is missing is said at once, beside other mistakes', async () => {
  const client = await server.register({ token_endpoint_auth_method: 'none' });
  const { status, errors } = await patch(server, client, {
    ...PROMOTE,
    client_name: null,
    tos_uri: 'http://insecure.example/',
  });
  expect(status).toBe(422);
  const expected = ['/client_name', '/client_uri', '/logo_uri', '/scopes', '/tos_uri'];
  expect(pointers(errors).sort()).toEqual(expected);
});

test('what is missing may come with the promotion', async () => {
  const client = await ready({ logo_uri: null, scopes: ['profile'] });
  const { status, body } = await patch(server, client, { ...COMPLETE, ...PROMOTE });
  expect(status).toBe(200);
  expect(body).toMatchObject({ visibility: 'public', logo_uri: COMPLETE.logo_uri });
  expect((await auditTrail(server, client.id)).map(({ action }) => action)).toEqual(
    expect.arrayContaining(['client.updated', 'client.promoted']),
  );
});

test.each<[string, Record<string, unknown>, string]>([
  ['logo', { logo_uri: null }, '/logo_uri'],
  ['last scope beyond identity', { scopes: ['profile', 'email'] }, '/scopes'],
  ['scopes', { scopes: null }, '/scopes'],
  ['client_uri', { client_uri: null }, '/client_uri'],
  ['verified host', { client_uri: 'https://other.publisher.example/' }, '/client_uri'],
  ['name', { client_name: null }, '/client_name'],
])('a public client keeps its %s', async (_, change, pointer) => {
  const client = await promoted();
  const { status, errors } = await patch(server, client, change);
  expect([status, pointers(errors)]).toEqual([422, [pointer]]);
  expect(await show(server, client)).toMatchObject(client);
});

test('a public client can still be changed', async () => {
  const client = await promoted();
  const change = { logo_uri: 'https://cdn.example/new.png', scopes: ['clients.write'], description: 'New' };
  const { status, body } = await patch(server, client, change);
  expect(status).toBe(200);
  expect(body).toMatchObject({ visibility: 'public', description: 'New', logo_uri: change.logo_uri });
});

test('a scope that turned into an identity scope does not lock a public client', async () => {
  const client = await promoted();
  const recategorize = (category: string) =>
    server.context.database.sql('scopes').where({ name: 'clients.read' }).update({ category });
  await recategorize('identity');
  try {
    expect((await patch(server, client, { description: 'Still mine' })).status).toBe(200);
  } finally {
    await recategorize('administration');
  }
});

test('no client is created public', async () => {
  const answer = await server.admin('POST', '', { client_name: 'Eager', ...COMPLETE, ...PROMOTE });
  const { errors } = (await answer.json()) as { errors: { pointer: string }[] };
  expect([answer.status, pointers(errors)]).toEqual([422, expect.arrayContaining(['/visibility'])]);
});

test('two promotions at once are one', async () => {
  const client = await ready();
  const answers = await Promise.all([1, 2, 3, 4].map(() => patch(server, client, PROMOTE)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(new Set(answers.map(({ body }) => body['promoted_at'])).size).toBe(1);
  const events = (await auditTrail(server, client.id)).filter(({ action }) => action === 'client.promoted');
  expect(events).toHaveLength(1);
});
