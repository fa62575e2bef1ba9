import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { DEVICE_CODE } from '../../../src/registry/client-record/client-record.js';
import { type AdminCaller, newOrganization, operator } from '../../harness/admin/admin-caller.js';
import {
  type Authorization,
  authorizationRequest,
  obtainTokens,
  relyingParty,
} from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

type Person = { id: string; email: string; password: string };

let server: TestServer;
let root: AdminCaller;
let client: RegisteredClient;
let config: oidc.Configuration;
beforeAll(async () => {
  server = await startTestServer();
  root = await operator(server);
  const { project } = await newOrganization(server, 'closed');
  await root('POST', '/orgs/closed/projects', { slug: 'sibling', name: 'Sibling' });
  const made = await root('POST', `${project}/oauth_clients`, {
    client_name: 'Inner circle',
    company: 'Secretive Ltd',
    redirect_uris: ['https://rp.example/callback'],
    grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE],
    scopes: ['openid', 'offline_access', 'profile', 'email'],
  });
  client = made.body as RegisteredClient;
  config = await relyingParty(server, client);
});
afterAll(() => server.close());

async function join(
  person: Person,
  place = '/orgs/closed',
  role = 'member',
): Promise<() => Promise<unknown>> {
  const added = await root('POST', `${place}/members`, { subject: `account:${person.id}`, role });
  return () => root('DELETE', `${place}/members/${String(added.body['id'])}`);
}

async function signIn(request: Authorization, person: Person, agent = new UserAgent()) {
  const page = await agent.open(request.url.href);
  const fields = { email: person.email, password: person.password };
  return agent.submit(page, fields, { action: '/login', stopAt: request.redirectUri });
}

test.each([
  ['a plain member', '/orgs/closed', 'member'],
  ['a viewer of another project', '/orgs/closed/projects/sibling', 'viewer'],
  ['an owner of the installation', '', 'owner'],
])('%s can authorize a private client', async (_who, place, role) => {
  const person = await server.person();
  await join(person, place, role);
  expect((await obtainTokens(config, person)).claims()?.sub).toBe(person.id);
});

test('anybody else reads why not, and the relying party gets access_denied', async () => {
  const person = await server.person();
  await newOrganization(server, 'neighbour');
  await join(person, '/orgs/neighbour', 'owner');
  const agent = new UserAgent();
  const request = await authorizationRequest(config);
  const page = await signIn(request, person, agent);
  expect(page.status).toBe(403);
  expect(page.body).toContain('members only');
  expect(page.body).toContain('Inner circle');
  expect(page.body).not.toMatch(/Secretive Ltd|closed/i);
  const back = await agent.submit(page, {}, { action: '/abort', stopAt: request.redirectUri });
  const answer = new URL(back.url).searchParams;
  expect(answer.get('error')).toBe('access_denied');
  expect(answer.get('state')).toBe(request.checks.expectedState);

  const silent = await authorizationRequest(config, { prompt: 'none', scope: 'openid' });
  const denied = await agent.open(silent.url.href, {}, silent.redirectUri);
  expect(new URL(denied.url).searchParams.get('error')).toBe('access_denied');
});

test('the consent form of somebody who was thrown out meanwhile leads to the page', async () => {
  const person = await server.person();
  const leave = await join(person);
  const agent = new UserAgent();
  const request = await authorizationRequest(config);
  const consent = await signIn(request, person, agent);
  await leave();
  const page = await agent.submit(consent, {}, { action: '/consent', stopAt: request.redirectUri });
  expect(page.body).toContain('members only');
});

test('refresh and userinfo fail for a person who left, and work again after they come back', async () => {
  const person = await server.person();
  const leave = await join(person);
  const tokens = await obtainTokens(config, person);
  const refresh = () => oidc.refreshTokenGrant(config, String(tokens.refresh_token));
  await leave();
  await expect(oidc.fetchUserInfo(config, tokens.access_token, person.id)).rejects.toMatchObject({
    status: 401,
  });
  await expect(refresh()).rejects.toMatchObject({ error: 'invalid_grant' });
  await join(person);
  expect((await oidc.fetchUserInfo(config, tokens.access_token, person.id)).sub).toBe(person.id);
  expect((await refresh()).refresh_token).toBeDefined();
});

test('a code of somebody who left is worth nothing', async () => {
  const person = await server.person();
  const leave = await join(person);
  const agent = new UserAgent();
  const request = await authorizationRequest(config);
  const consent = await signIn(request, person, agent);
  const back = await agent.submit(consent, {}, { action: '/consent', stopAt: request.redirectUri });
  await leave();
  await expect(oidc.authorizationCodeGrant(config, new URL(back.url), request.checks)).rejects.toMatchObject({
    error: 'invalid_grant',
    error_description: expect.stringContaining('may not use this client') as unknown,
  });
});

test('opening the membership lets everybody in, closing it ends that', async () => {
  const person = await server.person();
  await root('PATCH', '/orgs/closed', { membership_open: true });
  const tokens = await obtainTokens(config, person);
  await root('PATCH', '/orgs/closed', { membership_open: false });
  await expect(oidc.refreshTokenGrant(config, String(tokens.refresh_token))).rejects.toMatchObject({
    error: 'invalid_grant',
  });
});

test('only a refresh in a closed organization reads the members', async () => {
  const person = await server.person();
  await join(person);
  const open = await server.register();
  const statements = jest.spyOn(server.context.database, 'read');
  const looks = async (of: oidc.Configuration) => {
    const { refresh_token } = await obtainTokens(of, person);
    statements.mockClear();
    await oidc.refreshTokenGrant(of, String(refresh_token));
    return statements.mock.calls.filter(([query]) => JSON.stringify(query).includes('FROM members')).length;
  };
  expect(await looks(config)).toBe(1);
  expect(await looks(await relyingParty(server, open))).toBe(0);
  statements.mockRestore();
});

test('a public client is open to all people', async () => {
  const person = await server.person();
  const { rowCount } = await server.database.pool.query(
    `UPDATE oauth_clients SET visibility = 'public' WHERE id = $1`,
    [client.id],
  );
  expect(rowCount).toBe(1);
  try {
    expect((await obtainTokens(config, person)).claims()?.sub).toBe(person.id);
  } finally {
    await server.database.pool.query(`UPDATE oauth_clients SET visibility = 'private' WHERE id = $1`, [
      client.id,
    ]);
  }
});

test('a device of somebody else is turned away', async () => {
  const person = await server.person();
  const started = await postForm(
    `${server.issuer}/oauth2/device`,
    { client_id: client.client_id, scope: 'openid' },
    basic(client),
  );
  const poll = () =>
    postForm(
      `${server.issuer}/oauth2/token`,
      { grant_type: DEVICE_CODE, device_code: String(started.body['device_code']) },
      basic(client),
    );
  const agent = new UserAgent();
  let page = await agent.open(String(started.body['verification_uri']));
  page = await agent.submit(page, { user_code: String(started.body['user_code']) });
  page = await agent.submit(page, { confirm: 'yes' });
  page = await agent.submit(page, { email: person.email, password: person.password }, { action: '/login' });
  expect(page.body).toContain('members only');
  expect((await poll()).body).toMatchObject({ error: 'authorization_pending' });
  await agent.submit(page, {}, { action: '/abort' });
  expect((await poll()).body).toMatchObject({ error: 'access_denied' });
});
