import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { deadLetters } from '../../harness/database/dead-letters.js';
import { eventually } from '../../harness/common/eventually.js';
import { type LogoutReceiver, startLogoutReceiver } from '../../harness/outside/logout-receiver.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { confirmSignOut, openSignOut, silentAnswer } from '../../harness/pages/sign-out.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let person: { id: string; email: string; password: string };
const receivers: LogoutReceiver[] = [];
beforeAll(async () => {
  server = await startTestServer({ delivers: true });
  person = await server.person();
});
afterEach(() => Promise.all(receivers.splice(0).map((receiver) => receiver.close())));
afterAll(() => server.close());

async function subscriber(status?: number | 'never', fields: Record<string, unknown> = {}) {
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

/** Resolves when the receiver has as many tokens, and returns the last one. */
async function received({ tokens }: LogoutReceiver, count = 1): Promise<string> {
  await eventually(() => {
    expect(tokens).toHaveLength(count);
    return true;
  });
  return tokens.at(-1) ?? '';
}

/** Resolves when each message was tried and none is being delivered. */
async function allTried(): Promise<void> {
  const { pool } = server.database;
  const untried = 'SELECT FROM outbox WHERE dead_at IS NULL AND (attempts = 0 OR lease_owner IS NOT NULL)';
  await eventually(async () => {
    expect((await pool.query(untried)).rowCount).toBe(0);
    return true;
  });
}

test('signing out tells every application that the session reached, with a signed logout token', async () => {
  const [first, second, stranger] = [await subscriber(), await subscriber(), await subscriber()];
  const agent = new UserAgent();
  for (const { config } of [first, second]) await obtainTokens(config, person, { scope: 'openid' }, agent);
  await signOut(first.config, agent);
  for (const { receiver, client } of [first, second]) {
    const { payload } = await verify(await received(receiver), client);
    expect(payload.sub).toBe(person.id);
    expect(payload.jti).toBeDefined();
    expect(payload.iat).toBeDefined();
    expect(payload['events']).toEqual({ 'http://schemas.openid.net/event/backchannel-logout': {} });
    expect(payload).not.toHaveProperty('nonce');
  }
  await allTried();
  for (const { receiver } of [first, second]) expect(receiver.tokens).toHaveLength(1);
  expect(stranger.receiver.tokens).toEqual([]);
});

test('the logout token names the session of the ID token, for clients that want it', async () => {
  const { receiver, client, config } = await subscriber(200, { backchannel_logout_session_required: true });
  const agent = new UserAgent();
  const tokens = await obtainTokens(config, person, { scope: 'openid' }, agent);
  const sid = tokens.claims()?.['sid'];
  expect(typeof sid).toBe('string');
  await signOut(config, agent);
  const { payload } = await verify(await received(receiver), client);
  expect(payload['sid']).toBe(sid);
});

test('applications that were reached with offline_access are told, too', async () => {
  const { receiver, client, config } = await subscriber();
  const agent = new UserAgent();
  await obtainTokens(config, person, {}, agent);
  await signOut(config, agent);
  expect((await verify(await received(receiver), client)).payload.sub).toBe(person.id);
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
  await received(good.receiver);
  expect(await silentAnswer(good.config, agent)).toBe('login_required');
  for (const { client } of [failing, away]) {
    await eventually(() => {
      expect(
        server
          .logs()
          .split('\n')
          .filter((line) => line.includes('back-channel logout failed') && line.includes(client.client_id)),
      ).toHaveLength(1);
      return true;
    });
  }
  expect(server.logs()).not.toContain(failing.receiver.tokens[0]);
});

test('a deleted application is not told', async () => {
  const [kept, deleted] = [await subscriber(), await subscriber()];
  const agent = new UserAgent();
  for (const { config } of [kept, deleted]) await obtainTokens(config, person, { scope: 'openid' }, agent);
  await server.admin('DELETE', `/${deleted.client.id}`);
  await signOut(kept.config, agent);
  await received(kept.receiver);
  await allTried();
  expect(kept.receiver.tokens).toHaveLength(1);
  expect(deleted.receiver.tokens).toEqual([]);
});

test('a receiver that does not answer does not delay the sign-out', async () => {
  const { receiver, config } = await subscriber('never');
  const agent = new UserAgent();
  await obtainTokens(config, person, { scope: 'openid' }, agent);
  const started = performance.now();
  await signOut(config, agent);
  // The engine gives a receiver 2.5 s.
  expect(performance.now() - started).toBeLessThan(2_000);
  await received(receiver);
});

test('a receiver that was down gets a new token with the same jti when it is back', async () => {
  const failing = await subscriber(503);
  const agent = new UserAgent();
  await obtainTokens(failing.config, person, { scope: 'openid' }, agent);
  await signOut(failing.config, agent);
  const first = await verify(await received(failing.receiver), failing.client);
  await failing.receiver.close();
  const back = await startLogoutReceiver(200, failing.receiver.port);
  receivers.push(back);
  const second = await verify(await received(back), failing.client);
  expect(second.payload.jti).toBe(first.payload.jti);
  expect(second.payload.sub).toBe(person.id);
  expect(second.payload.iat).toBeGreaterThan(first.payload.iat ?? Infinity);
  expect((second.payload.exp ?? 0) - (second.payload.iat ?? 0)).toBe(120);
});

test('a receiver that refuses the token is not asked again: it becomes a dead letter', async () => {
  const { receiver, client, config } = await subscriber(400);
  const agent = new UserAgent();
  await obtainTokens(config, person, { scope: 'openid' }, agent);
  await signOut(config, agent);
  await received(receiver);
  await eventually(async () => {
    expect((await deadLetters(server.database)).slice(0, 1)).toMatchObject([
      {
        kind: 'back-channel logout',
        attempts: 1,
        lastError: `back-channel logout failed: client ${client.client_id} answered 400`,
      },
    ]);
    return true;
  });
});

test('an application that asked for the sign-out is told when the person stays signed in elsewhere', async () => {
  const [asking, other] = [await subscriber(), await subscriber()];
  const agent = new UserAgent();
  const tokens = await obtainTokens(asking.config, person, { scope: 'openid' }, agent);
  await obtainTokens(other.config, person, { scope: 'openid' }, agent);
  const page = await openSignOut(asking.config, agent, { id_token_hint: tokens.id_token ?? '' });
  await agent.submit(page, {}, { action: '/oauth2/logout/confirm' });
  expect((await verify(await received(asking.receiver), asking.client)).payload.sub).toBe(person.id);
  await allTried();
  expect(other.receiver.tokens).toEqual([]);
  expect(await silentAnswer(other.config, agent)).toBe('code');
});

test('the session stays when the logout tokens cannot be queued', async () => {
  const { receiver, config } = await subscriber();
  const agent = new UserAgent();
  await obtainTokens(config, person, { scope: 'openid' }, agent);
  const page = await openSignOut(config, agent);
  const blocker = await server.database.pool.connect();
  try {
    await blocker.query('BEGIN; LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE');
    expect((await confirmSignOut(agent, page)).status).toBe(503);
  } finally {
    await blocker.query('ROLLBACK');
    blocker.release();
  }
  expect(receiver.tokens).toEqual([]);
  // The engine revokes the client's grant first.
  expect(await silentAnswer(config, agent)).toBe('consent_required');
  await signOut(config, agent);
  await received(receiver);
  expect(await silentAnswer(config, agent)).toBe('login_required');
});
