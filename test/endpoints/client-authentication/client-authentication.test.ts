import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm, type WireAnswer } from '../../harness/protocol/wire.js';

const MACHINE = { grant_types: ['client_credentials'], redirect_uris: [] };
const GRANT = { grant_type: 'client_credentials' };

let server: TestServer;
let other: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { CLIENT_SECRET_ATTEMPTS: '3' } });
  other = await startTestServer({ nodeOf: server, env: { CLIENT_SECRET_ATTEMPTS: '3' } });
});
afterAll(async () => {
  await other.close();
  await server.close();
});

function askWithBasic(client: RegisteredClient, secret?: string, node = server): Promise<WireAnswer> {
  return postForm(`${node.origin}/oauth2/token`, GRANT, basic(client, secret));
}

function askWithPost(client: RegisteredClient, secret = client.client_secret): Promise<WireAnswer> {
  const fields = { ...GRANT, client_id: client.client_id, client_secret: secret };
  return postForm(`${server.origin}/oauth2/token`, fields);
}

describe('without a registered method', () => {
  test('the secret is good in the header and in the form, and the record says null', async () => {
    const client = await server.register(MACHINE);
    expect(client).toMatchObject({ token_endpoint_auth_method: null });
    expect((await askWithBasic(client)).status).toBe(200);
    expect((await askWithPost(client)).status).toBe(200);
    expect((await askWithPost(client, 'wrong')).status).toBe(401);
  });

  test('a named method is the only one, and null takes it back', async () => {
    const client = await server.register(MACHINE);
    await server.admin('PATCH', `/${client.id}`, { token_endpoint_auth_method: 'client_secret_post' });
    expect((await askWithBasic(client)).status).toBe(401);
    expect((await askWithPost(client)).status).toBe(200);
    await server.admin('PATCH', `/${client.id}`, { token_endpoint_auth_method: null });
    expect((await askWithBasic(client)).status).toBe(200);
  });
});

/** Not with client credentials, which public clients cannot have. */
const PUBLIC = { grant_types: ['urn:ietf:params:oauth:grant-type:device_code'], redirect_uris: [] };

describe.each(['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke', '/oauth2/device'])('%s', (path) => {
  const fields = { ...GRANT, token: 'x' };
  const device = { grant_types: ['urn:ietf:params:oauth:grant-type:device_code'], redirect_uris: [] };
  const settings = path.endsWith('device') ? device : MACHINE;

  test.each([
    ['client_secret_basic', 'client_secret_post'],
    ['client_secret_post', 'client_secret_basic'],
  ] as const)('a client for %s that uses %s is told so', async (method, used) => {
    const client = await server.register({ ...settings, token_endpoint_auth_method: method });
    const ask = (secret: string) =>
      used === 'client_secret_basic'
        ? postForm(server.origin + path, fields, basic(client, secret))
        : postForm(server.origin + path, { ...fields, client_id: client.client_id, client_secret: secret });
    expect(await ask(client.client_secret)).toMatchObject({
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: `this client is registered for ${method}; it used ${used}`,
      },
    });
    const wrong = await ask('wrong');
    expect(wrong.body).toMatchObject({ error_description: 'client authentication failed' });
    const unknown = await postForm(server.origin + path, fields, basic({ ...client, client_id: 'nobody' }));
    expect([unknown.status, unknown.body]).toEqual([wrong.status, wrong.body]);
  });

  test('a public client that sends a secret is told to leave it out', async () => {
    const client = await server.register({ ...settings, ...PUBLIC, token_endpoint_auth_method: 'none' });
    const posted = { ...fields, client_id: client.client_id, client_secret: 'canary-secret' };
    const answers = [
      await postForm(server.origin + path, posted),
      await postForm(server.origin + path, fields, basic(client, 'canary-secret')),
    ];
    for (const { status, body } of answers) {
      expect([status, body['error']]).toEqual([401, 'invalid_client']);
      expect(body['error_description']).toMatch(/^this client is public: leave out client_secret/);
    }
    expect(answers[1]?.headers.get('www-authenticate')).toMatch(/error_description="this client is public/);
    expect(server.logs()).not.toContain('canary-secret');
  });

  test('without a secret a client is told to send it, and an unknown one that it is', async () => {
    const client = await server.register(settings);
    const ask = async (id: string) =>
      (await postForm(server.origin + path, { ...fields, client_id: id })).body;
    expect((await ask(client.client_id))['error_description']).toMatch(/^this client has a secret: send it/);
    expect((await ask('nobody'))['error_description']).toMatch(
      /^no client with this client_id is registered/,
    );
    const { status, body } = await postForm(server.origin + path, fields);
    expect([status, body['error']]).toEqual([400, 'invalid_request']);
    expect(body['error_description']).toMatch(/^no client is named: send client_id/);
  });

  test('a client without a registered method uses either, one per request', async () => {
    const client = await server.register(settings);
    const form = { ...fields, client_id: client.client_id, client_secret: client.client_secret };
    expect((await postForm(server.origin + path, fields, basic(client))).status).toBe(200);
    expect((await postForm(server.origin + path, form)).status).toBe(200);
    expect(await postForm(server.origin + path, form, basic(client))).toMatchObject({ status: 400 });
  });
});

describe('the method used is the one registered', () => {
  test('client_secret_basic', async () => {
    const client = await server.register({ ...MACHINE, token_endpoint_auth_method: 'client_secret_basic' });
    const config = await relyingParty(server, client, oidc.ClientSecretBasic(client.client_secret));
    expect(await oidc.clientCredentialsGrant(config)).toMatchObject({ token_type: 'bearer' });
    expect(await askWithPost(client)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  test('client_secret_post', async () => {
    const client = await server.register({ ...MACHINE, token_endpoint_auth_method: 'client_secret_post' });
    const config = await relyingParty(server, client, oidc.ClientSecretPost(client.client_secret));
    expect(await oidc.clientCredentialsGrant(config)).toMatchObject({ token_type: 'bearer' });
    expect(await askWithBasic(client)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  test('both at once are refused', async () => {
    const client = await server.register(MACHINE);
    const fields = { ...GRANT, client_id: client.client_id, client_secret: client.client_secret };
    const answer = await postForm(`${server.origin}/oauth2/token`, fields, basic(client));
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  test('a client with a secret cannot go without', async () => {
    const client = await server.register(MACHINE);
    const answer = await postForm(`${server.origin}/oauth2/token`, { ...GRANT, client_id: client.client_id });
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  test('a public client is not let in with a made-up secret', async () => {
    const client = await server.register({ token_endpoint_auth_method: 'none' });
    const answer = await postForm(
      `${server.origin}/oauth2/introspect`,
      { token: 'x' },
      basic(client, 'made-up'),
    );
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });
});

test('a wrong secret is 401 with a challenge, and shows neither secret', async () => {
  const client = await server.register(MACHINE);
  const answer = await askWithBasic(client, 'not-the-secret');
  expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="[^"]+", error="invalid_client"/);
  const shown = JSON.stringify([answer.body, ...answer.headers]);
  expect(shown).not.toContain('not-the-secret');
  expect(shown).not.toContain(client.client_secret);
});

test('refused clients are in the log with their client_id and without what they sent', async () => {
  const client = await server.register({ ...MACHINE, token_endpoint_auth_method: 'client_secret_basic' });
  const path = '/oauth2/introspect';
  await askWithBasic(client, 'not-the-secret');
  await askWithPost(client);
  await askWithBasic({ ...client, client_id: 'not-a-client' });
  await postForm(server.origin + path, { token: 'x' }, basic(client, 'not-the-secret'));
  const lines = server.logs().split('\n').filter(Boolean);
  const refused = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg, clientId }) => msg === 'client authentication failed' && clientId !== undefined);
  const mine = refused.filter(({ clientId }) => clientId === client.client_id);
  expect(mine.map(({ path: at, reason }) => [at, reason])).toEqual([
    ['/oauth2/token', 'invalid secret provided'],
    ['/oauth2/token', 'this client is registered for client_secret_basic; it used client_secret_post'],
    [path, 'invalid secret provided'],
  ]);
  expect(refused.map(({ clientId }) => clientId)).toContain('not-a-client');
  expect(server.logs()).not.toContain('not-the-secret');
  expect(server.logs()).not.toContain(client.client_secret);
});

test('an unknown client and a wrong secret get the same answer', async () => {
  const client = await server.register(MACHINE);
  const wrong = await askWithBasic(client, 'not-the-secret');
  const unknown = await askWithBasic({ ...client, client_id: 'nobody' });
  expect([unknown.status, unknown.body]).toEqual([wrong.status, wrong.body]);
});

test.each(['Basic', 'Basic !!!', 'Bearer abc', `Basic ${Buffer.from('no colon').toString('base64')}`])(
  'the Authorization header "%s" is a bad request',
  async (authorization) => {
    const answer = await postForm(`${server.origin}/oauth2/token`, GRANT, { authorization });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  },
);

test('while a secret is being rotated both work; the deleted one stops at once on every node', async () => {
  const client = await server.register(MACHINE);
  const rotation = await server.admin('POST', `/${client.id}/rotate_secret`);
  const { client_secret: fresh } = (await rotation.json()) as RegisteredClient;
  for (const node of [server, other]) {
    expect((await askWithBasic(client, client.client_secret, node)).status).toBe(200);
    expect((await askWithBasic(client, fresh, node)).status).toBe(200);
  }
  expect((await server.admin('DELETE', `/${client.id}/rotate_secret`)).status).toBe(204);
  for (const node of [server, other]) {
    expect((await askWithBasic(client, client.client_secret, node)).status).toBe(401);
    expect((await askWithBasic(client, fresh, node)).status).toBe(200);
  }
});

test('too many wrong secrets are told to slow down on every node; a secret verified before still works', async () => {
  const client = await server.register(MACHINE);
  expect((await askWithBasic(client)).status).toBe(200);
  for (let attempt = 0; attempt < 3; attempt++)
    expect((await askWithBasic(client, 'wrong')).status).toBe(401);
  for (const node of [server, other]) {
    const answer = await askWithBasic(client, 'wrong', node);
    expect(answer.status).toBe(429);
    expect(answer.body).toMatchObject({ error: 'slow_down' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect((await askWithBasic(client)).status).toBe(200);
});

test('wrong secrets of one client do not slow another one down', async () => {
  const [client, neighbour] = await Promise.all([server.register(MACHINE), server.register(MACHINE)]);
  for (let attempt = 0; attempt < 4; attempt++) await askWithBasic(client, 'wrong');
  expect((await askWithBasic(client, 'wrong')).status).toBe(429);
  expect((await askWithBasic(neighbour)).status).toBe(200);
});

test('a crowd of right secrets that no node has verified yet is not slowed down', async () => {
  const client = await server.register(MACHINE);
  const crowd = Array.from({ length: 12 }, () => askWithBasic(client));
  const statuses = (await Promise.all(crowd)).map(({ status }) => status);
  expect(statuses).toEqual(crowd.map(() => 200));
});
