import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { auditTrail, everyRow } from '../../harness/database/database-probe.js';
import { METADATA, selfRegister, send, tryRegister } from '../../harness/admin/registration.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const TOKENS = '/admin/v1/orgs/default/projects/default/initial_access_tokens';
const REFUSED = { status: 401, body: { error: 'invalid_token' } };

let off: TestServer;
let closed: TestServer;
let other: TestServer;
let open: TestServer;
beforeAll(async () => {
  const env = { REGISTRATION: 'token', REGISTRATION_ATTEMPTS: '1000' };
  off = await startTestServer();
  closed = await startTestServer({ env });
  other = await startTestServer({ env, nodeOf: closed });
  open = await startTestServer({
    nodeOf: closed,
    env: {
      ...env,
      REGISTRATION: 'open',
      REGISTRATION_GRANT_TYPES: 'authorization_code',
      REGISTRATION_REDIRECT_HOSTS: 'rp.example, com.example.app:',
      REGISTRATION_SCOPES: 'openid email clients.read',
    },
  });
});
afterAll(async () => {
  for (const server of [open, other, closed, off]) await server.close();
});

async function post(server: TestServer, body: unknown, scopes?: string[]) {
  return send('POST', server.origin + TOKENS, await server.adminToken(scopes), body);
}

async function initialToken(fields: object = {}): Promise<{ id: string; initial_access_token: string }> {
  const { status, body } = await post(closed, fields);
  if (status !== 201) throw new Error(`making a token answered ${String(status)}`);
  return body as { id: string; initial_access_token: string };
}

test('by default nobody can register, and discovery does not say that one could', async () => {
  expect((await tryRegister(off, METADATA)).status).toBe(404);
  const { registration_endpoint } = (await send('GET', `${off.origin}/.well-known/openid-configuration`))
    .body;
  expect(registration_endpoint).toBeUndefined();
  expect(await post(off, {})).toMatchObject({ status: 409 });
});

describe('an initial access token', () => {
  test('registers a client in its project, for openid-client too', async () => {
    const { id, initial_access_token: token } = await initialToken();
    const config = await oidc.dynamicClientRegistration(new URL(closed.issuer), METADATA, undefined, {
      initialAccessToken: token,
      execute: [oidc.allowInsecureRequests],
    });
    const list = await closed.admin('GET', `?text=${config.clientMetadata().client_id}`);
    const [client] = ((await list.json()) as { data: { id: string }[] }).data;
    expect(client).toMatchObject({ registration_type: 'dynamic', created_by: null });
    expect(await auditTrail(closed, client?.id ?? '')).toMatchObject([
      { actor: `initial-access-token:${id}` },
    ]);
    expect(await auditTrail(closed, id)).toMatchObject([{ action: 'initial_access_token.created' }]);
    expect((await everyRow(closed)) + closed.logs()).not.toContain(token.slice(-43));
  });

  test('leads to its own project even where registration is open', async () => {
    await closed.database.pool.query(
      `INSERT INTO projects (org_id, slug, name) SELECT id, 'second', 'Second' FROM organizations WHERE slug = 'default'`,
    );
    const url = closed.origin + TOKENS.replace('projects/default', 'projects/second');
    const { body } = await send('POST', url, await closed.adminToken(), {});
    const { status } = await tryRegister(open, METADATA, String(body['initial_access_token']));
    expect(status).toBe(201);
    const path = url.replace('initial_access_tokens', 'oauth_clients');
    const list = await send('GET', path, await closed.adminToken());
    expect(list.body['data']).toMatchObject([{ project_id: body['project_id'], client_name: 'Robot' }]);
  });

  test('is needed, and has to be one', async () => {
    const expired = await initialToken();
    await closed.database.pool.query('UPDATE initial_access_tokens SET expires_at = now() WHERE id = $1', [
      expired.id,
    ]);
    for (const token of [undefined, 'wrong', await closed.adminToken(), expired.initial_access_token]) {
      const answer = await tryRegister(closed, METADATA, token);
      expect(answer).toMatchObject(REFUSED);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
    }
    expect(await tryRegister(open, METADATA, 'wrong')).toMatchObject(REFUSED);
  });

  test('is used up by clients, not by mistakes', async () => {
    const { initial_access_token: token } = await initialToken();
    expect(await tryRegister(closed, { client_name: 'x' }, token)).toMatchObject({ status: 400 });
    expect(await tryRegister(closed, METADATA, token)).toMatchObject({ status: 201 });
    expect(await tryRegister(closed, METADATA, token)).toMatchObject(REFUSED);
  });

  test('registers no more clients than it may, however many ask at once on two nodes', async () => {
    const { initial_access_token: token } = await initialToken({ max_uses: 3 });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        tryRegister(n % 2 ? closed : other, { ...METADATA, client_name: 'Rush' }, token),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    const list = await closed.admin('GET', '?text=Rush');
    expect(((await list.json()) as { data: unknown[] }).data).toHaveLength(3);
  });

  test('can be taken back', async () => {
    const { id, initial_access_token: token } = await initialToken();
    const remove = async () =>
      (await send('DELETE', `${closed.origin}${TOKENS}/${id}`, await closed.adminToken())).status;
    expect([await remove(), await remove()]).toEqual([204, 404]);
    expect(await tryRegister(closed, METADATA, token)).toMatchObject(REFUSED);
  });

  test('is made by those who may write clients, from what makes sense', async () => {
    expect((await post(closed, {}, ['clients.read'])).status).toBe(403);
    for (const body of [{ expires_in: 0 }, { max_uses: 1.5 }, { expires_in: '60' }, { colour: 'red' }])
      expect((await post(closed, body)).status).toBe(422);
  });
});

describe('the policy of the installation', () => {
  const fields = [
    ['grants', { grant_types: ['implicit', 'refresh_token'] }, /grant_types\/1: .* refresh_token/],
    [
      'a host',
      { redirect_uris: ['https://rp.example/', 'https://evil.example/'] },
      /redirect_uris\/1: .* rp.example/,
    ],
    ['a lookalike host', { redirect_uris: ['https://rp.example.evil.example/'] }, /redirect_uris\/0: /],
    ['a scheme with an allowed host', { redirect_uris: ['evil.app://rp.example/'] }, /redirect_uris\/0: /],
    [
      'a sign-out host',
      { post_logout_redirect_uris: ['https://evil.example/'] },
      /post_logout_redirect_uris\/0: /,
    ],
  ] as const;

  test.each(fields)(
    'refuses %s that it does not have, at first and later',
    async (_what, wanted, description) => {
      const body = { error_description: expect.stringMatching(description) };
      expect(await tryRegister(open, { ...METADATA, ...wanted })).toMatchObject({ status: 400, body });
      const client = await selfRegister(open);
      const uri = client.registration_client_uri.replace(open.issuer, open.origin);
      const update = { ...METADATA, client_id: client.client_id, ...wanted };
      expect(await send('PUT', uri, client.registration_access_token, update)).toMatchObject({
        status: 400,
        body,
      });
    },
  );

  const leftOut = [
    ['a grant', { grant_types: ['authorization_code', 'refresh_token'] }],
    ['a scope', { scope: 'openid email profile' }],
    ['administration, even if the setting has it', { scope: 'openid email clients.read' }],
  ] as const;

  test.each(leftOut)('leaves out %s that it does not have, at first and later', async (_what, wanted) => {
    const registered = { grant_types: ['authorization_code'], scope: 'openid email' };
    const client = await selfRegister(open, wanted);
    expect(client).toMatchObject(registered);
    const uri = client.registration_client_uri.replace(open.issuer, open.origin);
    const update = { ...METADATA, client_id: client.client_id, ...wanted };
    const answer = await send('PUT', uri, client.registration_access_token, update);
    expect(answer).toMatchObject({ status: 200, body: registered });
  });

  test('lets pass what it has, and that is what a client gets that asks for nothing', async () => {
    const app = await selfRegister(open, {
      token_endpoint_auth_method: 'none',
      redirect_uris: ['com.example.app:/callback'],
    });
    expect(app).toMatchObject({ scope: 'openid email', grant_types: ['authorization_code'] });
  });

  test('does not take away what an operator gave', async () => {
    const client = await selfRegister(open);
    const { data } = (await (await closed.admin('GET', `?text=${client.client_id}`)).json()) as {
      data: { id: string }[];
    };
    const given = await closed.admin('PATCH', `/${data[0]?.id ?? ''}`, { scopes: ['email', 'phone'] });
    expect(given.status).toBe(200);
    const uri = client.registration_client_uri.replace(open.issuer, open.origin);
    const update = { ...METADATA, client_id: client.client_id, scope: 'email phone' };
    expect(await send('PUT', uri, client.registration_access_token, update)).toMatchObject({
      status: 200,
      body: { scope: 'openid email phone' },
    });
  });
});

test('a network may try so often in an hour, on all nodes together', async () => {
  const env = { REGISTRATION: 'open', REGISTRATION_ATTEMPTS: '4' };
  const first = await startTestServer({ env });
  const second = await startTestServer({ env, nodeOf: first });
  const statuses: number[] = [];
  for (const [node, metadata] of [
    [first, METADATA],
    [second, {}],
    [first, {}],
    [second, METADATA],
  ] as const)
    statuses.push((await tryRegister(node, metadata)).status);
  expect(statuses).toEqual([201, 400, 400, 201]);
  for (const node of [first, second]) {
    const { status, headers, body } = await tryRegister(node, METADATA);
    expect([status, body['error']]).toEqual([429, 'slow_down']);
    const wait = Number(headers.get('retry-after'));
    expect(wait).toBeGreaterThan(3_000);
    expect(wait).toBeLessThanOrEqual(3_600);
  }
  await second.close();
  await first.close();
});
