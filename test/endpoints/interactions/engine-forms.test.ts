import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { DEVICE_CODE_GRANT } from '../../harness/protocol/device.js';
import { authorizationRequest, relyingParty, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let config: oidc.Configuration;
beforeAll(async () => {
  server = await startTestServer({ env: { USER_CODE_ATTEMPTS: '8' } });
  const client = await server.register({
    grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE_GRANT],
  });
  config = await relyingParty(server, client);
});
afterAll(() => server.close());

async function signedIn(): Promise<{ agent: UserAgent; isSignedIn: () => Promise<boolean> }> {
  const agent = new UserAgent();
  const request = await authorizationRequest(config, { scope: 'openid' });
  await signInAndAllow(request, await server.person(), agent);
  return {
    agent,
    isSignedIn: async () => {
      const page = await agent.open(request.url.href, {}, request.redirectUri);
      return page.url.startsWith(request.redirectUri);
    },
  };
}

test.each<[string, Record<string, string | null>]>([
  ['without', { xsrf: null }],
  ['with a wrong', { xsrf: '0'.repeat(48) }],
])('sign-out %s hidden token signs nobody out', async (_name, xsrf) => {
  const { agent, isSignedIn } = await signedIn();
  const page = await agent.open(`${server.issuer}/oauth2/logout`);
  const answer = await agent.submit(page, { logout: 'yes', ...xsrf });
  expect(answer.status).toBe(400);
  expect(answer.headers.get('content-type')).toContain('text/html');
  expect(answer.body).toContain('You are still signed in');
  expect(answer.body).toContain('href="/oauth2/logout"');
  expect(await isSignedIn()).toBe(true);
});

test('the form of a sign-out that comes twice, or without cookies, says that there is nothing to sign out of', async () => {
  const { agent } = await signedIn();
  const page = await agent.open(`${server.issuer}/oauth2/logout`);
  const stranger = await new UserAgent().submit(page, { logout: 'yes' });
  await agent.submit(page, { logout: 'yes' });
  const twice = await agent.submit(page, { logout: 'yes' });
  for (const { status, body } of [stranger, twice]) {
    expect(status).toBe(400);
    expect(body).toContain('You are not signed in');
    expect(body).not.toContain('The application that sent you here');
  }
});

test('an address for a form that is opened by itself blames no application', async () => {
  const { status, body } = await new UserAgent().open(`${server.issuer}/oauth2/logout/confirm`);
  expect(status).toBe(405);
  expect(body).toContain('takes a form');
});

test('sign-out from elsewhere, without having seen the page, signs nobody out', async () => {
  const { agent, isSignedIn } = await signedIn();
  const body = new URLSearchParams({ logout: 'yes', xsrf: '' });
  const answer = await agent.open(`${server.issuer}/oauth2/logout/confirm`, { method: 'POST', body });
  expect(answer.status).toBe(400);
  expect(await isSignedIn()).toBe(true);
});

test('a changed session cookie is nobody', async () => {
  const { agent, isSignedIn } = await signedIn();
  const cookie = agent.cookies().find(({ name }) => name === 'postern_session');
  if (!cookie) throw new Error('there is no session cookie');
  cookie.value = cookie.value.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
  expect(await isSignedIn()).toBe(false);
});

test('a device code without the hidden token lets nothing in, and guesses are limited', async () => {
  const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' });
  const agent = new UserAgent();
  const withCode = await agent.open(device.verification_uri_complete ?? '');
  expect(withCode.body).toContain('the code of your device');
  const page = await agent.open(device.verification_uri);
  const forged = await agent.submit(page, { user_code: device.user_code, confirm: 'yes', xsrf: null });
  expect(forged.status).toBe(400);
  expect(forged.body).toContain('This page was out of date');
  const withoutCookies = await new UserAgent().submit(page, { user_code: device.user_code });
  expect(withoutCookies.status).toBe(400);
  expect(withoutCookies.body).toContain('href="/device"');

  const statuses = [];
  for (let guess = 0; guess < 8; guess++) {
    const again = await agent.open(device.verification_uri);
    const answer = await agent.submit(again, { user_code: 'BCDF-GHJK' });
    statuses.push(answer.status);
    if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect(statuses).toEqual([...Array<number>(6).fill(400), 429, 429]);
});
