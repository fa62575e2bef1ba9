import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { type LogoutReceiver, startLogoutReceiver } from '../../harness/protocol/logout-receiver.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { confirmSignOut, openSignOut, silentAnswer } from '../../harness/protocol/sign-out.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let person: { id: string; email: string; password: string };
const receivers: LogoutReceiver[] = [];
beforeAll(async () => {
  server = await startTestServer();
  person = await server.person();
});
afterEach(() => Promise.all(receivers.splice(0).map((receiver) => receiver.close())));
afterAll(() => server.close());

async function subscriber(status?: number, fields: Record<string, unknown> = {}) {
  const receiver = await startLogoutReceiver(status);
  receivers.push(receiver);
  const client = await server.register({ backchannel_logout_uri: receiver.uri, ...fields });
  return { receiver, client, config: await relyingParty(server, client) };
}

function verify(token: string | undefined, client: RegisteredClient) {
  return jwtVerify(token ?? '', createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`)), {
    issuer: server.issuer,
    audience: client.client_id,
    typ: 'logout+jwt',
  });
}

async function signOut(config: oidc.Configuration, agent: UserAgent): Promise<void> {
  const page = await confirmSignOut(agent, await openSignOut(config, agent));
  expect(page.body).toContain('You are signed out');
}

test('signing out tells every application that the session reached, with a signed logout token', async () => {
  const [first, second, stranger] = [await subscriber(), await subscriber(), await subscriber()];
  const agent = new UserAgent();
  for (const { config } of [first, second]) await obtainTokens(config, person, { scope: 'openid' }, agent);
  await signOut(first.config, agent);
  for (const { receiver, client } of [first, second]) {
    expect(receiver.tokens).toHaveLength(1);
    const { payload } = await verify(receiver.tokens[0], client);
    expect(payload.sub).toBe(person.id);
    expect(payload.jti).toBeDefined();
    expect(payload.iat).toBeDefined();
    expect(payload['events']).toEqual({ 'http://schemas.openid.net/event/backchannel-logout': {} });
    expect(payload).not.toHaveProperty('nonce');
  }
  expect(stranger.receiver.tokens).toEqual([]);
});

test('the logout token names the session of the ID token, for clients that want it', async () => {
  const { receiver, client, config } = await subscriber(200, { backchannel_logout_session_required: true });
  const agent = new UserAgent();
  const tokens = await obtainTokens(config, person, { scope: 'openid' }, agent);
  const sid = tokens.claims()?.['sid'];
  expect(typeof sid).toBe('string');
  await signOut(config, agent);
  const { payload } = await verify(receiver.tokens[0], client);
  expect(payload['sid']).toBe(sid);
});

test('applications that were reached with offline_access are told, too', async () => {
  const { receiver, client, config } = await subscriber();
  const agent = new UserAgent();
  await obtainTokens(config, person, {}, agent);
  await signOut(config, agent);
  expect((await verify(receiver.tokens[0], client)).payload.sub).toBe(person.id);
});

test('an application that fails or is away holds nobody up, and is logged', async () => {
  const failing = await subscriber(500);
  const away = await subscriber();
  const good = await subscriber();
  const agent = new UserAgent();
  for (const { config } of [failing, away, good])
    await obtainTokens(config, person, { scope: 'openid' }, agent);
  await away.receiver.close();
  await signOut(good.config, agent);
  expect(good.receiver.tokens).toHaveLength(1);
  expect(await silentAnswer(good.config, agent)).toBe('login_required');
  const warned = server
    .logs()
    .split('\n')
    .filter((line) => line.includes('back-channel logout failed'));
  for (const { client } of [failing, away]) {
    expect(warned.filter((line) => line.includes(client.client_id))).toHaveLength(1);
  }
  expect(server.logs()).not.toContain(failing.receiver.tokens[0]);
});

test('a deleted application is not told', async () => {
  const [kept, deleted] = [await subscriber(), await subscriber()];
  const agent = new UserAgent();
  for (const { config } of [kept, deleted]) await obtainTokens(config, person, { scope: 'openid' }, agent);
  await server.admin('DELETE', `/${deleted.client.id}`);
  await signOut(kept.config, agent);
  expect(kept.receiver.tokens).toHaveLength(1);
  expect(deleted.receiver.tokens).toEqual([]);
});
