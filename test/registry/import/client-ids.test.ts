import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { adminAudience } from '../../../src/tenancy/admin-tokens/admin-audience.js';
import { bearer, callAdmin } from '../../harness/admin/admin-caller.js';
import { pointersOf } from '../../harness/admin/catalogue.js';
import { PROJECT, reportOf } from '../../harness/admin/usage.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signIn,
} from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const CLIENTS = `${PROJECT}/oauth_clients`;
const GRANTS = ['authorization_code', 'refresh_token', 'client_credentials'];
const SECRET = 'the-secret-in-use-everywhere-0123456789';

let any: TestServer;
let own: TestServer;
beforeAll(async () => {
  any = await startTestServer({ env: { CLIENT_RECORDS: 'any', PASSWORD_HASH_COST: '10' } });
  own = await startTestServer({ nodeOf: any, env: { PASSWORD_HASH_COST: '10' } });
});
afterAll(async () => {
  await own.close();
  await any.close();
});

test.each([
  'https://grafana.example/login?a=1&b=2',
  'urn:app:one',
  'my app',
  'svc@host',
  '%2e%2E/..',
  'a',
  `"'<b>|`,
])('a client keeps the client_id %s, with which everything works', async (clientId) => {
  const client = await any.register({
    client_id: clientId,
    client_name: clientId,
    grant_types: GRANTS,
    scopes: ['openid', 'email', 'clients.read'],
    logo_uri: 'https://nothing.invalid/logo.png',
  });
  expect(client.client_id).toBe(clientId);
  const config = await relyingParty(any, client);
  const person = await any.person();
  const request = await authorizationRequest(config, { scope: 'openid email' });
  const page = await signIn(request, person, new UserAgent());
  const logo = /<img class="logo" src="([^"]+)"/.exec(page.body)?.[1]?.replaceAll('&#39;', "'") ?? '';
  expect((await fetch(any.issuer + logo)).status).toBe(200);
  const tokens = await obtainTokens(config, person, { scope: 'openid email offline_access' });
  expect(tokens.claims()?.aud).toBe(clientId);
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
  expect(await oidc.tokenIntrospection(config, refreshed.access_token)).toMatchObject({
    active: true,
    client_id: clientId,
  });
  await oidc.tokenRevocation(config, refreshed.refresh_token ?? '');
  expect(await isAdmin(client)).toBe(true);
  await obtainTokens(config, person, { scope: 'openid' });
  const grant = `/accounts/${person.id}/grants/${encodeURIComponent(clientId)}`;
  expect((await callAdmin(any, 'DELETE', grant)).status).toBe(204);
  await any.context.usage.flush();
  expect((await reportOf(any, client)).total).toMatchObject({ authorizations: 2, refreshes: 1 });
  const found = await callAdmin(any, 'GET', `${CLIENTS}?text=${encodeURIComponent(clientId)}`);
  expect(found.body['data']).toContainEqual(expect.objectContaining({ client_id: clientId }));
  await refusedAndLogged(client);
  expect((await any.admin('DELETE', `/${client.id}`)).status).toBe(204);
  expect((await any.admin('POST', `/${client.id}/restore`)).status).toBe(200);
});

/** Whether the client's own token can act in the admin API with a role of the client. */
async function isAdmin(client: RegisteredClient): Promise<boolean> {
  const member = { subject: `client:${client.client_id}`, role: 'viewer' };
  const added = await callAdmin(any, 'POST', `${PROJECT}/members`, member);
  expect([added.status, added.body['subject']]).toEqual([201, member.subject]);
  const form = {
    grant_type: 'client_credentials',
    scope: 'clients.read',
    resource: adminAudience(any.issuer),
  };
  const answer = await postForm(`${any.issuer}/oauth2/token`, form, basic(client));
  const call = bearer(any, String(answer.body['access_token']));
  return (await call('GET', CLIENTS)).status === 200;
}

async function refusedAndLogged(client: RegisteredClient): Promise<void> {
  for (const [path, form] of [
    ['token', { grant_type: 'client_credentials' }],
    ['introspect', { token: 'x' }],
  ] as const) {
    const before = any.logs().length;
    const { status } = await postForm(`${any.issuer}/oauth2/${path}`, { ...form }, basic(client, 'wrong'));
    expect(status).toBe(401);
    expect(any.logs().slice(before)).toContain(JSON.stringify(client.client_id));
  }
}

test('what no client_id can be is refused, also while moving in', async () => {
  for (const clientId of [
    ' a',
    'a ',
    'ä',
    'a\tb',
    '',
    'x'.repeat(256),
    'postern',
    'postern-command-line',
    7,
  ]) {
    const answer = await callAdmin(any, 'POST', CLIENTS, {
      client_name: 'Wrong',
      client_id: clientId,
      redirect_uris: ['https://rp.example/cb'],
    });
    expect([clientId, answer.status, pointersOf(answer)]).toEqual([clientId, 422, ['/client_id']]);
  }
});

test('by default a client has a client_id and a secret of this server', async () => {
  const base = { client_name: 'Own', redirect_uris: ['https://rp.example/cb'] };
  for (const more of [{ client_id: 'urn:x' }, { client_secret: SECRET }, { scope: 'openid' }]) {
    const answer = await callAdmin(own, 'POST', CLIENTS, { ...base, ...more });
    expect([answer.status, pointersOf(answer)]).toEqual([422, [`/${Object.keys(more)[0] ?? ''}`]]);
  }
  const reserved = await callAdmin(own, 'POST', CLIENTS, { ...base, client_id: 'postern' });
  expect([reserved.status, pointersOf(reserved)]).toEqual([422, ['/client_id']]);
});

test('a secret that is in use is kept, and not told again', async () => {
  const client = await any.register({
    client_secret: SECRET,
    grant_types: ['client_credentials'],
    redirect_uris: [],
  });
  expect(client).not.toHaveProperty('client_secret');
  expect(client['secrets']).toEqual([expect.objectContaining({ hint: 'imported' })]);
  for (const [secret, status] of [
    [SECRET, 200],
    [`${SECRET}x`, 401],
  ] as const) {
    const answer = await postForm(
      `${any.issuer}/oauth2/token`,
      { grant_type: 'client_credentials' },
      basic(client, secret),
    );
    expect(answer.status).toBe(status);
  }
  expect(any.logs()).not.toContain(SECRET);
});

test.each([
  ['masked', '**********'],
  ['too long', 'x'.repeat(73)],
  ['not ASCII', 'geheimnisß'],
  ['an unknown hash', '$md5$abc'],
  ['a hash that costs too much', `$2b$31$${'a'.repeat(53)}`],
  ['no text', 982_451_653],
])('a secret that is %s is refused without being repeated', async (_name, client_secret) => {
  const body = { client_name: 'Wrong', redirect_uris: ['https://rp.example/cb'], client_secret };
  const answer = await callAdmin(any, 'POST', CLIENTS, body);
  expect([answer.status, pointersOf(answer)]).toEqual([422, ['/client_secret']]);
  expect(JSON.stringify(answer.body)).not.toContain(String(client_secret));
});

test('a client as Ory Hydra exports it is created, and what is left out is told', async () => {
  const hydra = {
    client_id: 'hydra-one',
    client_name: '',
    redirect_uris: ['http://127.0.0.1:5555/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid offline email',
    audience: [],
    owner: 'team a',
    policy_uri: '',
    contacts: [],
    client_secret_expires_at: 0,
    subject_type: 'public',
    jwks: {},
    token_endpoint_auth_method: 'client_secret_post',
    userinfo_signed_response_alg: 'none',
    metadata: {},
    skip_consent: false,
    created_at: '2026-01-01T00:00:00Z',
  };
  const client = await any.register(hydra);
  expect(client).toMatchObject({
    client_id: 'hydra-one',
    client_name: 'hydra-one',
    scopes: ['openid', 'offline_access', 'email'],
    token_endpoint_auth_method: 'client_secret_post',
    left_out: [{ pointer: '/owner', detail: expect.any(String) }],
  });
  expect(client.client_secret).toMatch(/^pst_/);
  const pairwise = await any.register({ ...hydra, client_id: 'b', subject_type: 'pairwise' });
  expect(pairwise).toMatchObject({
    subject_type: 'pairwise',
    left_out: [{ pointer: '/subject_type', detail: expect.stringMatching(/another sub/) }, expect.anything()],
  });
  const unknown = await callAdmin(any, 'POST', CLIENTS, { client_name: 'Own', colour: 'red' });
  expect(pointersOf(unknown)).toContain('/colour');
});
