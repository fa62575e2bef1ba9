import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const ALLOWED = 'https://app.example';
const agent = new UserAgent();

let server: TestServer;
let app: RegisteredClient;
let person: { id: string; email: string; password: string };
beforeAll(async () => {
  server = await startTestServer();
  person = await server.person();
  app = await server.register({ token_endpoint_auth_method: 'none', allowed_cors_origins: [ALLOWED] });
});
afterAll(() => server.close());

async function redeemFrom(origin: string | undefined, client = app) {
  const { form } = await obtainCode(await relyingParty(server, client), person, {}, agent);
  const fields = { ...form, client_id: client.client_id };
  return postForm(`${server.origin}/oauth2/token`, fields, origin === undefined ? {} : { origin });
}

test('a page of an allowed origin may redeem its code and read the answer', async () => {
  const answer = await redeemFrom(ALLOWED);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('access-control-allow-origin')).toBe(ALLOWED);
  expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  expect(answer.headers.get('vary')?.toLowerCase()).toContain('origin');
  const bearer = { origin: ALLOWED, authorization: `Bearer ${String(answer.body['access_token'])}` };
  const info = await fetch(`${server.origin}/oauth2/userinfo`, { headers: bearer });
  expect([info.status, info.headers.get('access-control-allow-origin')]).toEqual([200, ALLOWED]);
  const foreign = { ...bearer, origin: 'https://evil.example' };
  const refused = await fetch(`${server.origin}/oauth2/userinfo`, { headers: foreign });
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, null]);
});

test.each([
  'https://evil.example',
  'https://app.example.evil.example',
  'http://app.example',
  'https://app.example:8443',
  'null',
])('a page of %s may not', async (origin) => {
  const answer = await redeemFrom(origin);
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});

test("a public client's own redirect URIs give its origins", async () => {
  const spa = await server.register({
    token_endpoint_auth_method: 'none',
    redirect_uris: ['https://spa.example/callback', 'http://localhost:5173/callback'],
  });
  expect(spa).toMatchObject({ allowed_cors_origins: null });
  const form = {
    grant_type: 'authorization_code',
    code: 'x',
    client_id: spa.client_id,
    redirect_uri: 'https://spa.example/callback',
    code_verifier: 'v'.repeat(43),
  };
  const ask = async (origin: string) => {
    const answer = await postForm(`${server.origin}/oauth2/token`, form, { origin });
    return [answer.body['error'], answer.headers.get('access-control-allow-origin')];
  };
  // On a loopback host codes go to any port, too.
  const own = ['https://spa.example', 'http://localhost:5173', 'http://localhost:5174', 'http://localhost'];
  for (const origin of own) expect(await ask(origin)).toEqual(['invalid_grant', origin]);
  const others = ['https://spa.example:8443', 'https://localhost:5173', 'http://127.0.0.1:5173', ALLOWED];
  const strange = ['http://localhost:*', 'http://localhost.example:5173', 'http://me@localhost:5173'];
  for (const origin of [...others, ...strange]) expect(await ask(origin)).toEqual(['invalid_request', null]);
});

test('a confidential client has no origins of its own accord', async () => {
  const secret = await server.register({ redirect_uris: ['https://web.example/callback'] });
  const fields = { token: 'x' };
  const headers = { ...basic(secret), origin: 'https://web.example' };
  for (const path of ['introspect', 'revoke']) {
    const { status, body } = await postForm(`${server.origin}/oauth2/${path}`, fields, headers);
    expect([status, body['error']]).toEqual([400, 'invalid_request']);
    expect(body['error_description']).toContain('allowed_cors_origins');
  }
});

test('protocol errors can be read by the page that caused them', async () => {
  const wrong = { grant_type: 'authorization_code', code: 'x', client_id: app.client_id };
  for (const form of [wrong, { ...wrong, grant_type: 'nonsense' }, { ...wrong, client_id: 'nobody' }]) {
    const answer = await postForm(`${server.origin}/oauth2/token`, form, { origin: ALLOWED });
    expect([400, 401]).toContain(answer.status);
    expect(answer.headers.get('access-control-allow-origin')).toBe(ALLOWED);
  }
  const headers = { origin: ALLOWED };
  const info = await fetch(`${server.origin}/oauth2/userinfo`, { headers });
  expect([info.status, info.headers.get('access-control-allow-origin')]).toEqual([401, ALLOWED]);
});

test('a client without origins is for servers', async () => {
  const plain = await server.register({
    token_endpoint_auth_method: 'none',
    allowed_cors_origins: [],
  });
  expect((await redeemFrom(ALLOWED, plain)).status).toBe(400);
  expect((await redeemFrom(undefined, plain)).status).toBe(200);
});

test('origins that were listed are exact, on a loopback host, too', async () => {
  const listed = await server.register({
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://localhost:5173/callback'],
    allowed_cors_origins: ['http://localhost:5173'],
  });
  const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: listed.client_id };
  const ask = async (origin: string) =>
    (await postForm(`${server.origin}/oauth2/token`, form, { origin })).body['error'];
  expect(await ask('http://localhost:5173')).toBe('invalid_grant');
  expect(await ask('http://localhost:5174')).toBe('invalid_request');
});

test("one client's origins do not count for another", async () => {
  const other = await server.register({
    token_endpoint_auth_method: 'none',
    allowed_cors_origins: ['https://other.example'],
  });
  expect((await redeemFrom(ALLOWED, other)).status).toBe(400);
});

test('a removed origin is out with the next request', async () => {
  const changing = await server.register({
    token_endpoint_auth_method: 'none',
    allowed_cors_origins: [ALLOWED],
  });
  expect((await redeemFrom(ALLOWED, changing)).status).toBe(200);
  await server.admin('PATCH', `/${changing.id}`, { allowed_cors_origins: [] });
  expect((await redeemFrom(ALLOWED, changing)).status).toBe(400);
});

test('the metadata and the keys are readable from any origin', async () => {
  for (const path of ['/.well-known/openid-configuration', '/oauth2/jwks']) {
    const answer = await fetch(server.origin + path, { headers: { origin: 'https://any.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://any.example');
  }
});

test('the pages are for no script of another origin', async () => {
  for (const path of ['/oauth2/authorize', '/device', '/oauth2/logout']) {
    const answer = await fetch(server.origin + path, { headers: { origin: ALLOWED }, redirect: 'manual' });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  }
});
