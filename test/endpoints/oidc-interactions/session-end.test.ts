import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signIn,
} from '../../harness/protocol/relying-party.js';
import { silentAnswer } from '../../harness/pages/sign-out.js';

let absolute: TestServer;
let idle: TestServer;
beforeAll(async () => {
  [absolute, idle] = await Promise.all([
    startTestServer({ env: { SESSION_TTL: '3', INTERACTION_TTL: '2' } }),
    startTestServer({ env: { SESSION_IDLE_TTL: '2' } }),
  ]);
});
afterAll(() => Promise.all([absolute.close(), idle.close()]));

async function signedIn(server: TestServer): Promise<{ config: oidc.Configuration; agent: UserAgent }> {
  const config = await relyingParty(server, await server.register());
  const agent = new UserAgent();
  await obtainTokens(config, await server.person(), { scope: 'openid' }, agent);
  return { config, agent };
}

/** Asks without a page every half a second; the answers. */
async function keepAsking(server: TestServer, seconds: number): Promise<string[]> {
  const { config, agent } = await signedIn(server);
  const answers: string[] = [];
  for (let half = 0; half < seconds * 2; half++) {
    await setTimeout(500);
    answers.push(await silentAnswer(config, agent));
  }
  return answers;
}

test('SESSION_TTL ends a session however active its person is', async () => {
  const answers = await keepAsking(absolute, 4);
  expect(answers[0]).toBe('code');
  expect(answers.at(-1)).toBe('login_required');
});

test('SESSION_IDLE_TTL begins again with each use', async () => {
  expect(new Set(await keepAsking(idle, 4))).toEqual(new Set(['code']));
});

test.each([
  ['SESSION_TTL', () => absolute, 3_100],
  ['SESSION_IDLE_TTL', () => idle, 2_100],
])('%s has ended a session before it is purged', async (_name, serverOf, wait) => {
  const { config, agent } = await signedIn(serverOf());
  await setTimeout(wait);
  expect(await silentAnswer(config, agent)).toBe('login_required');
});

test('an interaction that has expired is over before it is purged', async () => {
  const config = await relyingParty(absolute, await absolute.register());
  const request = await authorizationRequest(config);
  const agent = new UserAgent();
  const page = await agent.open(request.url.href, {}, request.redirectUri);
  await setTimeout(2_100);
  const { email, password } = await absolute.person();
  // A browser would not send the cookies of the interaction any more.
  const late = await agent.submit(page, { email, password }, { action: '/login' });
  expect(late.status).toBe(400);
  expect((await signIn(await authorizationRequest(config), { email, password })).status).toBe(200);
});
