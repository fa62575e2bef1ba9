import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AdminCaller, newOrganization, operator, withRole } from '../../harness/admin/admin-caller.js';
import { auditTrail } from '../../harness/database/database-probe.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const PROJECT = '/orgs/acme/projects/acme';
const MEMBERS = '/orgs/acme/members';

let server: TestServer;
let root: AdminCaller;
let projectAdmin: AdminCaller;
beforeAll(async () => {
  server = await startTestServer();
  root = await operator(server);
  await newOrganization(server, 'acme');
  projectAdmin = await withRole(server, PROJECT, 'admin');
});
afterAll(() => server.close());

async function machine(fields: object = {}): Promise<RegisteredClient> {
  const all = {
    client_name: 'Early',
    grant_types: ['client_credentials'],
    scopes: ['clients.read'],
    ...fields,
  };
  const { status, body } = await projectAdmin('POST', `${PROJECT}/oauth_clients`, all);
  expect(status).toBe(201);
  return body as RegisteredClient & typeof body;
}

/** Moves the making of the client's secrets so many minutes into the past. */
const age = ({ id }: RegisteredClient, minutes: number) =>
  server.database.pool.query(
    'UPDATE oauth_client_secrets SET created_at = now() - make_interval(mins => $2) WHERE oauth_client_id = $1',
    [id, minutes],
  );
const give = (client: RegisteredClient, more: object = {}) =>
  root('POST', MEMBERS, { subject: `client:${client.client_id}`, role: 'owner', ...more });
const ask = (client: RegisteredClient) => {
  const form = {
    grant_type: 'client_credentials',
    scope: 'clients.read',
    resource: `${server.issuer}/admin`,
  };
  return postForm(`${server.issuer}/oauth2/token`, form, basic(client));
};
const reads = async (token: unknown): Promise<number> => {
  const headers = { authorization: `Bearer ${String(token)}` };
  return (await fetch(`${server.origin}/admin/v1${PROJECT}/oauth_clients`, { headers })).status;
};

test('a client that has just been made gets a role', async () => {
  const { status, body } = await give(await machine());
  expect(status).toBe(201);
  expect(body).not.toHaveProperty('client_secret');
});

test('one with an old secret gets none, and the refusal says what to send', async () => {
  const client = await machine();
  await age(client, 61);
  const refused = await give(client);
  expect(refused.status).toBe(409);
  expect(refused.body['detail']).toContain('"rotate_secret": true');
  const list = await root('GET', MEMBERS);
  expect(JSON.stringify(list.body)).not.toContain(client.client_id);
  await age(client, 59);
  expect((await give(client)).status).toBe(201);
});

test('a rotated secret beside an old one is not enough', async () => {
  const client = await machine();
  await age(client, 61);
  const path = `${PROJECT}/oauth_clients/${client.id}/rotate_secret`;
  await projectAdmin('POST', path);
  expect((await give(client)).status).toBe(409);
  await projectAdmin('DELETE', path);
  expect((await give(client)).status).toBe(201);
});

test('with rotate_secret the old secrets and tokens end, and the response has the new one, once', async () => {
  const client = await machine();
  await projectAdmin('POST', `${PROJECT}/oauth_clients/${client.id}/rotate_secret`);
  await age(client, 61);
  const kept = (await ask(client)).body['access_token'];
  const { status, body } = await give(client, { rotate_secret: true });
  expect([status, body['role']]).toEqual([201, 'owner']);
  const renewed = { ...client, client_secret: String(body['client_secret']) };
  expect((await ask(client)).status).toBe(401);
  expect(await reads(kept)).toBe(401);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const fresh = await ask(renewed);
  expect(await reads(fresh.body['access_token'])).toBe(200);
  const shown = await root('GET', `${MEMBERS}/${String(body['id'])}`);
  expect(shown.body).not.toHaveProperty('client_secret');
  const record = (await root('GET', `${PROJECT}/oauth_clients/${client.id}`)).body;
  expect(record).toMatchObject({ has_rotated_secret: false, secrets: [expect.anything()] });
  const actions = (await auditTrail(server, client.id)).map(({ action }) => action);
  expect(actions.at(-1)).toBe('client.secret_rotated');
  expect(server.logs()).not.toContain(renewed.client_secret);
});

test('nothing is rotated when the role is refused', async () => {
  const client = await machine();
  expect((await give(client)).status).toBe(201);
  expect((await give(client, { rotate_secret: true })).status).toBe(409);
  expect((await ask(client)).status).toBe(200);
});

test('a client that uses keys has no secret to replace, and gets the role', async () => {
  const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
  ]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  const jwks = { keys: [{ kty, crv, x, y, kid: 'one', alg: 'ES256' }] };
  const client = await machine({ token_endpoint_auth_method: 'private_key_jwt', jwks });
  expect((await give(client, { rotate_secret: true })).status).toBe(409);
  expect((await give(client)).status).toBe(201);
});

test('only clients have secrets', async () => {
  const { id } = await server.person();
  const { status, body } = await root('POST', MEMBERS, {
    subject: `account:${id}`,
    role: 'viewer',
    rotate_secret: true,
  });
  expect([status, body['errors']]).toEqual([422, [expect.objectContaining({ pointer: '/rotate_secret' })]]);
});
