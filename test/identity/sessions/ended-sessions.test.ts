import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { type AdminCaller, bearer, operator } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { type LogoutReceiver, startLogoutReceiver } from '../../harness/outside/logout-receiver.js';
import { signInToOwnPage } from '../../harness/pages/own-sign-in.js';
import { authorizationRequest, obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { silentAnswer } from '../../harness/pages/sign-out.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let other: TestServer;
let receiver: LogoutReceiver;
let client: RegisteredClient;
let config: oidc.Configuration;
let root: AdminCaller;
let elsewhere: AdminCaller;
beforeAll(async () => {
  server = await startTestServer({ delivers: true });
  other = await startTestServer({ nodeOf: server, env: { TRUSTED_PROXIES: '1' } });
  receiver = await startLogoutReceiver();
  client = await server.register({ backchannel_logout_uri: receiver.uri });
  config = await relyingParty(server, client);
  root = await operator(server);
  elsewhere = bearer(other, await server.adminToken());
});
afterEach(() => void receiver.tokens.splice(0));
afterAll(async () => {
  await receiver.close();
  await other.close();
  await server.close();
});

type Person = Awaited<ReturnType<TestServer['person']>>;

async function signedIn(person: Person): Promise<{ agent: UserAgent; sid: string }> {
  const agent = new UserAgent();
  const tokens = await obtainTokens(config, person, { scope: 'openid' }, agent);
  expect(await silentAnswer(config, agent)).toBe('code');
  return { agent, sid: tokens.claims()?.['sid'] as string };
}

async function sessionsOf({ id }: Person, caller = root): Promise<Record<string, unknown>[]> {
  const { status, body } = await caller('GET', `/accounts/${id}/sessions`);
  expect(status).toBe(200);
  return body['data'] as Record<string, unknown>[];
}

/** The `sid` of the logout tokens that arrive, once there are as many. */
async function loggedOut(count: number): Promise<string[]> {
  await eventually(() => receiver.tokens.length >= count);
  return receiver.tokens.map((token) => decodeJwt(token)['sid'] as string).toSorted();
}

test('the sessions of a person are listed as they are', async () => {
  const person = await server.person();
  await signedIn(person);
  const [session, ...others] = await sessionsOf(person);
  expect(others).toEqual([]);
  expect(session).toEqual({
    id: expect.stringMatching(/^[\w-]{20,}$/),
    signed_in_at: expect.any(String),
    last_used_at: expect.any(String),
    expires_at: expect.any(String),
    amr: ['pwd'],
    client_ids: [client.client_id],
    address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
    user_agent: 'node',
  });
  expect(Date.parse(String(session?.['expires_at']))).toBeGreaterThan(Date.now());
});

test('a use is stored when the one before was stored a minute ago or more', async () => {
  const person = await server.person();
  const { agent } = await signedIn(person);
  const version = async () => {
    const query = 'SELECT xmin::text AS version FROM artifacts WHERE model = 1 AND account_id = $1';
    return (await server.database.pool.query<{ version: string }>(query, [person.id])).rows[0]?.version;
  };
  await server.database.pool.query(
    `UPDATE artifacts SET payload = payload || jsonb_build_object('exp', (payload->>'exp')::int - 90,
       'savedAt', (payload->>'savedAt')::int - 90) WHERE model = 1 AND account_id = $1`,
    [person.id],
  );
  const [earlier] = await sessionsOf(person);
  expect(await silentAnswer(config, agent)).toBe('code');
  const [used] = await sessionsOf(person);
  const lastUse = (session?: Record<string, unknown>) => Date.parse(String(session?.['last_used_at']));
  expect(lastUse(used) - lastUse(earlier)).toBeGreaterThanOrEqual(90_000);
  const stored = await version();
  expect(await silentAnswer(config, agent)).toBe('code');
  expect(await version()).toBe(stored);
  // What is new of the session is stored at once.
  const another = await relyingParty(server, await server.register({ first_party: true }));
  expect(await silentAnswer(another, agent)).toBe('code');
  expect(await version()).not.toBe(stored);
});

test('a session that is ended on one node is gone on every other, and its applications are told', async () => {
  const person = await server.person();
  const first = await signedIn(person);
  const [earlier] = await sessionsOf(person);
  const second = await signedIn(person);
  // Both may have been used in the same second, which is all that the order of the list knows.
  const latest = (await sessionsOf(person)).find(({ id }) => id !== earlier?.['id']);
  expect(
    (await elsewhere('DELETE', `/accounts/${person.id}/sessions/${String(latest?.['id'])}`)).status,
  ).toBe(204);
  expect(await silentAnswer(config, second.agent)).toBe('login_required');
  const { url } = await authorizationRequest(config);
  expect((await second.agent.open(url.href)).body).toContain('type="password"');
  expect(await silentAnswer(config, first.agent)).toBe('code');
  expect(await sessionsOf(person)).toHaveLength(1);
  expect(await loggedOut(1)).toEqual([second.sid]);
  const again = await root('DELETE', `/accounts/${person.id}/sessions/${String(latest?.['id'])}`);
  expect(again.status).toBe(404);
});

test('all sessions are ended at once, with those at our own pages', async () => {
  const person = await server.person();
  const sessions = [await signedIn(person), await signedIn(person)];
  const own = new UserAgent();
  await signInToOwnPage(server.origin, '/account', person, own);
  expect((await root('POST', `/accounts/${person.id}/end_sessions`)).status).toBe(204);
  for (const { agent } of sessions) expect(await silentAnswer(config, agent)).toBe('login_required');
  expect((await own.open(`${server.origin}/account`)).body).toContain('type="password"');
  expect(await sessionsOf(person)).toEqual([]);
  expect(await loggedOut(2)).toEqual(sessions.map(({ sid }) => sid).toSorted());
});

test('a session of another account, and one that is none, is not found', async () => {
  const [person, stranger] = [await server.person(), await server.person()];
  const { agent } = await signedIn(person);
  const id = String((await sessionsOf(person))[0]?.['id']);
  for (const path of [
    `/accounts/${stranger.id}/sessions/${id}`,
    `/accounts/${randomUUID()}/sessions/${id}`,
    `/accounts/${person.id}/sessions/${id.slice(1)}x`,
    `/accounts/${person.id}/sessions/%00`,
    `/accounts/${person.id}/sessions/${'x'.repeat(200)}`,
  ])
    expect((await root('DELETE', path)).status).toBe(404);
  expect(await silentAnswer(config, agent)).toBe('code');
});

test('a new password ends every session, and the applications are told', async () => {
  const person = await server.person();
  const { agent, sid } = await signedIn(person);
  const password = 'an umbrella for two otters';
  expect((await root('POST', `/accounts/${person.id}/set_password`, { password })).status).toBe(204);
  expect(await silentAnswer(config, agent)).toBe('login_required');
  expect(await loggedOut(1)).toEqual([sid]);
});

test('of many who end a session at the same time one does', async () => {
  const person = await server.person();
  const { sid } = await signedIn(person);
  const id = String((await sessionsOf(person))[0]?.['id']);
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      (index % 2 ? root : elsewhere)('DELETE', `/accounts/${person.id}/sessions/${id}`),
    ),
  );
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 404)).toHaveLength(9);
  expect(await loggedOut(1)).toEqual([sid]);
});

test('requests that are under way do not bring an ended session back', async () => {
  for (let round = 0; round < 5; round++) {
    const person = await server.person();
    const { agent } = await signedIn(person);
    let asking = true;
    const browsers = Array.from({ length: 4 }, async () => {
      while (asking) await silentAnswer(config, agent);
    });
    await root('POST', `/accounts/${person.id}/end_sessions`);
    asking = false;
    await Promise.all(browsers);
    expect(await sessionsOf(person)).toEqual([]);
    expect(await silentAnswer(config, agent)).toBe('login_required');
  }
});

test('a consent that is given while the session is ended does not bring it back', async () => {
  for (let round = 0; round < 5; round++) {
    const person = await server.person();
    const agent = new UserAgent();
    const request = await authorizationRequest(config);
    const page = await agent.open(request.url.href);
    const { email, password } = person;
    const consent = await agent.submit(page, { email, password }, { action: '/login' });
    await Promise.all([
      agent.submit(consent, {}, { action: '/consent', stopAt: request.redirectUri }),
      root('POST', `/accounts/${person.id}/end_sessions`),
    ]);
    await root('POST', `/accounts/${person.id}/end_sessions`);
    expect(await sessionsOf(person)).toEqual([]);
    expect(await silentAnswer(config, agent)).toBe('login_required');
  }
});
