import { beforeEach, expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest, obtainTokens } from '../../harness/protocol/relying-party.js';
import { confirmSignOut, openSignOut, silentAnswer } from '../../harness/pages/sign-out.js';
import { startTestServer } from '../../harness/nodes/test-server.js';

let agent: UserAgent;
const { server, person, config } = await protocolFixture();
beforeEach(() => {
  agent = new UserAgent();
});

async function rotate(): Promise<void> {
  await server.context.keys.rotate();
  expect(await server.engine.refresh()).toBe(true);
}

async function kidOf(alg: string, state: string): Promise<string | undefined> {
  return (await server.context.keys.list()).find((key) => key.alg === alg && key.state === state)?.kid;
}

async function publishedKids(): Promise<string[]> {
  const answer = await fetch(`${server.origin}/oauth2/jwks`);
  return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
}

test('new ID tokens are signed by the key that was published as the next one', async () => {
  const [current, next] = [await kidOf('RS256', 'current'), await kidOf('RS256', 'next')];
  const before = await obtainTokens(config, person, {}, agent);
  expect(decodeProtectedHeader(before.id_token as string).kid).toBe(current);
  const known = await publishedKids();
  await rotate();
  const after = await obtainTokens(config, person, {}, agent);
  const { kid } = decodeProtectedHeader(after.id_token as string);
  expect(kid).toBe(next);
  expect(known).toContain(kid);
  expect(await publishedKids()).toEqual(expect.arrayContaining(known));
});

test('what was issued before stays good: tokens, sessions, hints', async () => {
  const before = await obtainTokens(config, person, {}, agent);
  const adminToken = await server.adminToken();
  await rotate();
  await rotate();
  expect(await oidc.tokenIntrospection(config, before.access_token)).toMatchObject({ active: true });
  const fresh = await oidc.refreshTokenGrant(config, before.refresh_token as string);
  expect(await oidc.fetchUserInfo(config, fresh.access_token, person.id)).toHaveProperty('sub');
  const authorization = `Bearer ${adminToken}`;
  expect((await server.admin('GET', '', undefined, { authorization })).status).toBe(200);
  expect(await silentAnswer(config, agent)).toBe('code');
  const page = await openSignOut(config, agent, { id_token_hint: before.id_token as string });
  expect(page.body).toContain('Sign out?');
  await confirmSignOut(agent, page);
  expect(await silentAnswer(config, agent)).toBe('login_required');
});

test('a sign-in that is under way goes on', async () => {
  const request = await authorizationRequest(config, { scope: 'openid' });
  const signIn = await agent.open(request.url.href, {}, request.redirectUri);
  await rotate();
  const fields = { email: person.email, password: person.password };
  const consent = await agent.submit(signIn, fields, { action: '/login', stopAt: request.redirectUri });
  await rotate();
  const back = await agent.submit(consent, {}, { action: '/consent', stopAt: request.redirectUri });
  const tokens = await oidc.authorizationCodeGrant(config, new URL(back.url), request.checks);
  expect(tokens.claims()?.sub).toBe(person.id);
});

test('a node that has not read the new keys yet accepts what another one signs', async () => {
  const behind = await startTestServer({ nodeOf: server });
  try {
    await rotate();
    const authorization = `Bearer ${await server.adminToken()}`;
    const answer = await fetch(`${behind.origin}/admin/v1/orgs/default/projects/default/oauth_clients`, {
      headers: { authorization },
    });
    expect(answer.status).toBe(200);
    const tokens = await obtainTokens(config, person, {}, agent);
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await fetch(`${behind.origin}/oauth2/userinfo`, { headers })).status).toBe(200);
  } finally {
    await behind.close();
  }
});

test('nothing happens when nothing changed', async () => {
  const known = await publishedKids();
  expect(await server.engine.refresh()).toBe(false);
  expect(await publishedKids()).toEqual(known);
});

test('once the old keys are dropped, what they signed is refused', async () => {
  const before = await obtainTokens(config, person, {}, agent);
  const old = await kidOf('RS256', 'current');
  await rotate();
  await server.context.keys.dropReplaced(0);
  expect(await server.engine.refresh()).toBe(true);
  expect(await publishedKids()).not.toContain(old);
  expect(await silentAnswer(config, agent)).toBe('login_required');
  const page = await openSignOut(config, agent, { id_token_hint: before.id_token as string });
  expect(page.status).toBe(400);
});
