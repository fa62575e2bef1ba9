import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { auditTrail } from '../../harness/database/database-probe.js';
import { type DynamicClient, METADATA, selfRegister, send } from '../../harness/admin/registration.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const REFUSED = { status: 401, body: { error: 'invalid_token' } };

let server: TestServer;
let other: TestServer;
beforeAll(async () => {
  const env = { REGISTRATION: 'open', REGISTRATION_ATTEMPTS: '1000' };
  server = await startTestServer({ env });
  other = await startTestServer({ env, nodeOf: server });
});
afterAll(async () => {
  await other.close();
  await server.close();
});

const manage = (
  method: string,
  client: DynamicClient,
  body?: object,
  token = client.registration_access_token,
  node = server,
) => send(method, client.registration_client_uri.replace(server.issuer, node.origin), token, body);

const update = (client: DynamicClient, fields: object = {}, token?: string, node?: TestServer) =>
  manage('PUT', client, { ...METADATA, client_id: client.client_id, ...fields }, token, node);

/** The statuses that clients get who authenticate with this secret; 400 means that they passed. */
async function authenticates(client: DynamicClient): Promise<boolean> {
  const fields = { grant_type: 'refresh_token', refresh_token: 'none' };
  const id = { id: '', client_id: client.client_id, client_secret: client.client_secret };
  const { body } = await postForm(`${server.origin}/oauth2/token`, fields, basic(id));
  return body['error'] !== 'invalid_client';
}

async function idOf({ client_id }: DynamicClient): Promise<string> {
  const { data } = (await (await server.admin('GET', `?text=${client_id}`)).json()) as {
    data: { id: string }[];
  };
  return data[0]?.id ?? '';
}

describe('reading', () => {
  test('shows what is registered, and neither the secret nor anything in its place', async () => {
    const client = await selfRegister(server);
    const { status, headers, body } = await manage('GET', client);
    const { client_secret: _secret, client_secret_expires_at: _expiry, ...rest } = client;
    expect([status, body]).toEqual([200, rest]);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('needs the token of this very client', async () => {
    const client = await selfRegister(server);
    const stranger = await selfRegister(server);
    const operators = await server.register();
    const uri = (id: string) => `${server.origin}/oauth2/register/${id}`;
    for (const answer of [
      await send('GET', client.registration_client_uri),
      await manage('GET', client, undefined, 'wrong'),
      await manage('GET', client, undefined, stranger.registration_access_token),
      await manage('GET', client, undefined, client.client_secret),
      await send('GET', uri(operators.client_id), client.registration_access_token),
      await send('GET', uri('no-such-client'), client.registration_access_token),
      await send('GET', uri('%00'), client.registration_access_token),
    ]) {
      expect(answer).toMatchObject(REFUSED);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
    }
    expect((await manage('GET', stranger)).status).toBe(200);
  });
});

describe('updating', () => {
  test('replaces everything, and the new token takes the place of the old one on every node', async () => {
    const client = await selfRegister(server, {
      policy_uri: 'https://rp.example/policy',
      grant_types: ['authorization_code', 'refresh_token'],
    });
    const { status, body } = await update(client, { client_name: 'Robot 2' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ client_name: 'Robot 2', grant_types: ['authorization_code'] });
    for (const name of ['policy_uri', 'client_secret', 'client_secret_expires_at'])
      expect(body).not.toHaveProperty(name);
    for (const node of [server, other]) {
      expect(await manage('GET', client, undefined, undefined, node)).toMatchObject(REFUSED);
      expect(await update(client, {}, undefined, node)).toMatchObject(REFUSED);
      const next = String(body['registration_access_token']);
      expect(await manage('GET', client, undefined, next, node)).toMatchObject({
        status: 200,
        body: { client_name: 'Robot 2' },
      });
    }
    expect(await authenticates(client)).toBe(true);
    expect(await auditTrail(server, await idOf(client))).toMatchObject([
      { action: 'client.created' },
      {
        action: 'client.updated',
        actor: `client:${client.client_id}`,
        changed_fields: expect.arrayContaining(['client_name', 'grant_types', 'policy_uri']),
      },
    ]);
  });

  test('takes back what reading showed, the secret included', async () => {
    const client = await selfRegister(server, { scope: 'openid email' });
    const shown = (await manage('GET', client)).body;
    const {
      registration_access_token: _token,
      registration_client_uri: _uri,
      client_id_issued_at: _at,
      ...rest
    } = shown;
    const { status, body } = await update(client, { ...rest, client_secret: client.client_secret });
    expect([status, { ...body, registration_access_token: '' }]).toEqual([
      200,
      { ...shown, registration_access_token: '' },
    ]);
  });

  test.each([
    ['another client_id', { client_id: 'somebody-else' }, /client_id/],
    ['a wrong secret', { client_secret: 'pst_wrong' }, /client_secret/],
    ['its token', { registration_access_token: 'x' }, /registration_access_token/],
    ['the time of issue', { client_id_issued_at: 1 }, /client_id_issued_at/],
    ['a change of its type', { token_endpoint_auth_method: 'none' }, /token_endpoint_auth_method/],
    [
      'a bad redirect URI and a bad name',
      { redirect_uris: ['x'], client_name: 7 },
      /redirect_uris\/0: .* client_name: |client_name: .*redirect_uris/,
    ],
  ])('refuses %s, and the token stays good', async (_what, fields, description) => {
    const client = await selfRegister(server);
    expect(await update(client, fields)).toMatchObject({
      status: 400,
      body: {
        error: expect.stringMatching(/^invalid_/),
        error_description: expect.stringMatching(description),
      },
    });
    expect((await manage('GET', client)).status).toBe(200);
  });

  test('of ten at the same moment on two nodes one succeeds', async () => {
    const client = await selfRegister(server);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        update(client, { client_name: `Robot ${String(n)}` }, undefined, n % 2 ? server : other),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array<number>(9).fill(401)]);
    const winner = answers.find(({ status }) => status === 200)?.body ?? {};
    const now = await manage('GET', client, undefined, String(winner['registration_access_token']));
    expect(now.body['client_name']).toBe(winner['client_name']);
  });

  test('to a method with a secret yields the first one, once', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwks = { keys: [publicKey.export({ format: 'jwk' })] };
    const client = await selfRegister(server, { token_endpoint_auth_method: 'private_key_jwt', jwks });
    expect(client).not.toHaveProperty('client_secret');
    const { body } = await update(client, { token_endpoint_auth_method: 'client_secret_basic' });
    expect(body).toMatchObject({
      client_secret: expect.stringMatching(/^pst_/),
      client_secret_expires_at: 0,
    });
    expect(await authenticates(body as DynamicClient)).toBe(true);
    const again = await update(client, {}, String(body['registration_access_token']));
    expect(again.body).not.toHaveProperty('client_secret');
    expect(await authenticates(body as DynamicClient)).toBe(true);
  });
});

describe('deleting', () => {
  test('ends the client and its token on every node, and operators can restore it', async () => {
    const client = await selfRegister(server);
    const id = await idOf(client);
    expect((await manage('DELETE', client)).status).toBe(204);
    for (const node of [server, other])
      expect(await manage('GET', client, undefined, undefined, node)).toMatchObject(REFUSED);
    expect(await authenticates(client)).toBe(false);
    expect((await server.admin('POST', `/${id}/restore`)).status).toBe(200);
    expect(await authenticates(client)).toBe(true);
    for (const method of ['GET', 'DELETE']) expect(await manage(method, client)).toMatchObject(REFUSED);
  });

  test('by an operator kills the token too', async () => {
    const client = await selfRegister(server);
    const id = await idOf(client);
    await server.admin('DELETE', `/${id}`);
    expect(await update(client)).toMatchObject(REFUSED);
    await server.admin('POST', `/${id}/restore`);
    expect(await update(client)).toMatchObject(REFUSED);
  });

  test('with another token deletes nothing', async () => {
    const client = await selfRegister(server);
    const stranger = await selfRegister(server);
    expect(await manage('DELETE', client, undefined, stranger.registration_access_token)).toMatchObject(
      REFUSED,
    );
    expect((await manage('GET', client)).status).toBe(200);
  });
});
