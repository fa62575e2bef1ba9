import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { adminAudience } from '../../../src/tenancy/admin-tokens/admin-audience.js';
import { type AdminCaller, bearer, callAdmin, operator } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { JWT_AUDIENCE, makeJwtApi } from '../../harness/outside/jwt-api.js';
import { type LogoutReceiver, startLogoutReceiver } from '../../harness/outside/logout-receiver.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signInAndAllow,
} from '../../harness/protocol/relying-party.js';
import { silentAnswer } from '../../harness/pages/sign-out.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let other: TestServer;
let receiver: LogoutReceiver;
let client: RegisteredClient;
let config: oidc.Configuration;
let root: AdminCaller;
beforeAll(async () => {
  server = await startTestServer({ delivers: true });
  other = await startTestServer({ nodeOf: server, env: { TRUSTED_PROXIES: '1' } });
  await makeJwtApi(server);
  receiver = await startLogoutReceiver();
  client = await server.register({
    backchannel_logout_uri: receiver.uri,
    scopes: ['openid', 'profile', 'email', 'offline_access', 'jwt.read'],
  });
  config = await relyingParty(server, client);
  root = await operator(server);
});
afterAll(async () => {
  await receiver.close();
  await other.close();
  await server.close();
});

type Person = Awaited<ReturnType<TestServer['person']>>;

async function grantsOf(accountId: string): Promise<Record<string, unknown>[]> {
  const { status, body } = await root('GET', `/accounts/${accountId}/grants`);
  expect(status).toBe(200);
  return body['data'] as Record<string, unknown>[];
}

const revoke = (accountId: string, clientId = client.client_id, caller = root) =>
  caller('DELETE', `/accounts/${accountId}/grants/${clientId}`);

function refresh(token: string | undefined, at = other) {
  const fields = { grant_type: 'refresh_token', refresh_token: token ?? '' };
  return postForm(`${at.origin}/oauth2/token`, fields, basic(client));
}

const userinfo = (token: string, at = other) =>
  fetch(`${at.origin}/oauth2/userinfo`, { headers: { authorization: `Bearer ${token}` } });

async function isActive(token: string | undefined, as = client, at = other): Promise<unknown> {
  const url = `${at.origin}/oauth2/introspect`;
  return (await postForm(url, { token: token ?? '' }, basic(as))).body['active'];
}

test('what a person allowed is listed once for each application, however many browsers allowed it', async () => {
  const person = await server.person();
  await obtainTokens(config, person, { scope: 'openid profile' });
  await obtainTokens(config, person, {
    scope: 'openid offline_access email jwt.read',
    resource: JWT_AUDIENCE,
    prompt: 'consent',
  });
  const grants = await grantsOf(person.id);
  expect(grants).toEqual([
    {
      client_id: client.client_id,
      client_name: client['client_name'],
      scopes: expect.arrayContaining(['openid', 'profile', 'email', 'offline_access']),
      claims: [],
      authorization_details: [],
      resources: { [JWT_AUDIENCE]: ['jwt.read'] },
      offline: true,
      allowed_at: expect.any(String),
      last_used_at: expect.any(String),
      expires_at: expect.any(String),
    },
  ]);
});

test('revoked on one node, everything is dead with the next request on another', async () => {
  const person = await server.person();
  const agent = new UserAgent();
  const tokens = await obtainTokens(config, person, {}, agent);
  const kept = await server.register();
  const keptTokens = await obtainTokens(await relyingParty(server, kept), person, {}, agent);
  expect((await userinfo(tokens.access_token)).status).toBe(200);
  expect((await revoke(person.id)).status).toBe(204);
  expect((await refresh(tokens.refresh_token)).body).toMatchObject({ error: 'invalid_grant' });
  expect((await userinfo(tokens.access_token)).status).toBe(401);
  expect(await isActive(tokens.access_token)).toBe(false);
  expect(await isActive(tokens.refresh_token)).toBe(false);
  expect(await silentAnswer(config, agent)).toBe('consent_required');
  await eventually(() => receiver.tokens.some((token) => decodeJwt(token).sub === person.id));

  expect(await isActive(keptTokens.refresh_token, kept)).toBe(true);
  expect(await grantsOf(person.id)).toMatchObject([{ client_id: kept.client_id }]);
  expect((await revoke(person.id)).status).toBe(404);
});

/** The tokens of a request with a resource, for that resource. */
async function tokensFor(as: oidc.Configuration, person: Person, scope: string, resource: string) {
  const request = await authorizationRequest(as, { scope, resource });
  const callback = await signInAndAllow(request, person);
  return oidc.authorizationCodeGrant(as, callback, request.checks, { resource });
}

test('a JWT access token is inactive once its consent is taken back, and stays so after another', async () => {
  const person = await server.person();
  const obtain = () => tokensFor(config, person, 'openid jwt.read', JWT_AUDIENCE);
  const tokens = await obtain();
  expect(decodeJwt(tokens.access_token)).toMatchObject({ grant_id: expect.any(String), sub: person.id });
  expect(await isActive(tokens.access_token)).toBe(true);
  await revoke(person.id);
  expect(await isActive(tokens.access_token)).toBe(false);
  const later = await obtain();
  expect(await isActive(later.access_token)).toBe(true);
  expect(await isActive(tokens.access_token)).toBe(false);
});

test('a person’s token for the admin API ends with its consent', async () => {
  const person = await server.person();
  await callAdmin(server, 'POST', '/members', { subject: `account:${person.id}`, role: 'owner' });
  const console = await server.register({ scopes: ['openid', 'tenants.read'] });
  const as = await relyingParty(server, console);
  const tokens = await tokensFor(as, person, 'openid tenants.read', adminAudience(server.issuer));
  const caller = bearer(other, tokens.access_token);
  expect((await caller('GET', '/orgs')).status).toBe(200);
  await revoke(person.id, console.client_id);
  expect((await caller('GET', '/orgs')).status).toBe(401);
});

test('of many who revoke at the same time one does', async () => {
  const person = await server.person();
  await obtainTokens(config, person);
  const elsewhere = bearer(other, await server.adminToken());
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      revoke(person.id, client.client_id, index % 2 ? root : elsewhere),
    ),
  );
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 404)).toHaveLength(9);
});

test('refreshes that are under way yield nothing that works', async () => {
  for (let round = 0; round < 5; round++) {
    const person = await server.person();
    const tokens = await obtainTokens(config, person);
    const [answer] = await Promise.all([refresh(tokens.refresh_token), revoke(person.id)]);
    const { access_token: access, refresh_token: next } = answer.body as Record<string, string | undefined>;
    expect((await refresh(next ?? tokens.refresh_token)).body).toMatchObject({ error: 'invalid_grant' });
    if (access !== undefined) expect((await userinfo(access)).status).toBe(401);
  }
});

test('grants of others, and of applications that were allowed nothing, are not found', async () => {
  const [person, stranger] = [await server.person(), await server.person()];
  const tokens = await obtainTokens(config, person);
  for (const [account, clientId] of [
    [stranger.id, client.client_id],
    [randomUUID(), client.client_id],
    [person.id, 'no-such-client'],
    [person.id, 'postern'],
    [person.id, '%00'],
  ] as const)
    expect((await revoke(account, clientId)).status).toBe(404);
  expect(await isActive(tokens.refresh_token)).toBe(true);
});
