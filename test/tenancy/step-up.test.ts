import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type AdminCaller, bearer, callAdmin, operator } from '../harness/admin/admin-caller.js';
import { essentialAcr, setUpAuthenticator } from '../harness/factors/second-factors.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../harness/nodes/test-server.js';
import { obtainCode } from '../harness/protocol/codes.js';
import { relyingParty } from '../harness/protocol/relying-party.js';
import { basic, postForm } from '../harness/protocol/wire.js';

const SCOPES = [
  'tenants.read',
  'audit.read',
  'tenants.write',
  'accounts.read',
  'accounts.write',
  'installation.read',
  'installation.write',
];
const REDIRECT_URI = 'https://rp.example/callback';

let server: TestServer;
let client: RegisteredClient;
let root: AdminCaller;
let someone: string;
beforeAll(async () => {
  server = await startTestServer({ env: { SECOND_FACTOR: 'optional' } });
  root = await operator(server);
  client = await server.register({
    client_name: 'Admin tool',
    redirect_uris: [REDIRECT_URI],
    scopes: ['openid', 'offline_access', ...SCOPES],
  });
  someone = (await server.person()).id;
});
afterAll(() => server.close());

async function newOwner() {
  const person = await server.person();
  await root('POST', '/members', { subject: `account:${person.id}`, role: 'owner' });
  return person;
}

/** A token of the person for the admin API, and the refresh token that came with it. */
async function tokensOf(person: { email: string; password: string }) {
  const resource = `${server.issuer}/admin`;
  const scope = `openid offline_access ${SCOPES.join(' ')}`;
  const request = { scope, resource, redirect_uri: REDIRECT_URI };
  const { form } = await obtainCode(await relyingParty(server, client), person, request);
  const { body } = await postForm(`${server.issuer}/oauth2/token`, { ...form, resource }, basic(client));
  return { token: String(body['access_token']), refreshToken: String(body['refresh_token']) };
}

/** Gives a token again, from a sign-in of so many seconds ago. */
async function agedToken(refreshToken: string, seconds: number): Promise<string> {
  await server.database.pool.query(
    `UPDATE artifacts SET payload = jsonb_set(payload, '{authTime}', to_jsonb((payload->>'authTime')::bigint - $1))
     WHERE payload ? 'authTime' AND client_id = $2`,
    [seconds, client.client_id],
  );
  const form = {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    resource: `${server.issuer}/admin`,
  };
  const { body } = await postForm(`${server.issuer}/oauth2/token`, form, basic(client));
  return String(body['access_token']);
}

const CHANGES: [method: string, path: () => string, body?: object][] = [
  ['POST', () => '/members', { subject: 'account:x', role: 'owner' }],
  ['POST', () => '/orgs/default/members', { email: 'a@people.example', role: 'owner' }],
  ['PATCH', () => `/accounts/${someone}`, { email_verified: true }],
  ['POST', () => `/accounts/${someone}/set_password`, { password: 'mauve otter 71 tramway' }],
  ['POST', () => `/accounts/${someone}/disable`],
  ['POST', () => `/accounts/${someone}/reset_factors`],
  ['DELETE', () => `/accounts/${someone}`],
  ['POST', () => '/keys/rotate'],
  ['DELETE', () => '/orgs/default/projects/default'],
  ['DELETE', () => '/orgs/default'],
  ['DELETE', () => `/webhooks/${someone}`],
  ['PATCH', () => `/webhooks/${someone}`],
  ['POST', () => `/webhooks/${someone}/rotate_secret`],
];

test('what changes who can do what takes a sign-in of the last ten minutes, and says so as RFC 9470 has it', async () => {
  const { token, refreshToken } = await tokensOf(await newOwner());
  const claims = decodeJwt(token);
  expect([claims['acr'], typeof claims['auth_time']]).toEqual(['urn:postern:pwd', 'number']);
  const fresh = bearer(server, token);
  expect((await fresh('PATCH', `/accounts/${someone}`, { email_verified: true })).status).toBe(200);

  const old = bearer(server, await agedToken(refreshToken, 601));
  for (const [method, path, body] of CHANGES) {
    const answer = await old(method, path(), body);
    expect([method, path(), answer.status]).toEqual([method, path(), 401]);
    const challenge = answer.headers.get('www-authenticate') ?? '';
    expect(challenge).toMatch(/^Bearer .*error="insufficient_user_authentication"/);
    expect(challenge).toMatch(/max_age="600"/);
    expect(challenge).not.toContain('acr_values');
  }
  for (const path of ['/members', '/accounts', '/keys', `/accounts/${someone}`])
    expect((await old('GET', path)).status).toBe(200);
  expect((await root('GET', `/accounts/${someone}`)).body).toMatchObject({ status: 'active' });
});

test('an account with a second factor must have shown it', async () => {
  const owner = await newOwner();
  const { token } = await tokensOf(owner);
  const change = () =>
    callAdmin(server, 'PATCH', `/accounts/${someone}`, { email_verified: true }, { token });
  expect((await change()).status).toBe(200);
  const config = await relyingParty(server, client);
  const other = await relyingParty(server, await server.register());
  const { agent, finish } = await setUpAuthenticator(other, owner);
  await finish();
  const refused = await change();
  expect(refused.status).toBe(401);
  const challenge = refused.headers.get('www-authenticate') ?? '';
  expect(challenge).toContain('acr_values="urn:postern:2fa"');
  expect(challenge).not.toContain('max_age');

  const resource = `${server.issuer}/admin`;
  const request = { scope: `openid ${SCOPES.join(' ')}`, resource, ...essentialAcr('urn:postern:2fa') };
  const { form } = await obtainCode(config, owner, request, agent);
  const { body } = await postForm(`${server.issuer}/oauth2/token`, { ...form, resource }, basic(client));
  const strong = bearer(server, String(body['access_token']));
  expect((await strong('PATCH', `/accounts/${someone}`, { email_verified: true })).status).toBe(200);
});

test('tokens that no sign-in is behind are as they were', async () => {
  expect((await root('PATCH', `/accounts/${someone}`, { email_verified: true })).status).toBe(200);
});
