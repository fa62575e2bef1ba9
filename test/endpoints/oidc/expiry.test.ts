import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { type FreshCode, obtainCode } from '../../harness/protocol/codes.js';
import { DEVICE_CODE_GRANT, enterUserCode, pollOnce } from '../../harness/protocol/device.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { confirmSignOut, openSignOut } from '../../harness/pages/sign-out.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm, type WireAnswer } from '../../harness/protocol/wire.js';

const SHORT = {
  ACCESS_TOKEN_TTL: '1',
  CLIENT_CREDENTIALS_TTL: '1',
  DEVICE_CODE_TTL: '1',
  ID_TOKEN_TTL: '1',
  REFRESH_TOKEN_TTL: '1',
};
const EXPIRED_BY_NOW = 1_000;
const CLOCK_TOLERANCE = 15_000;

let server: TestServer;
let short: TestServer;
let shortCodes: TestServer;
let client: RegisteredClient;
let config: oidc.Configuration;
let lateCode: { code: FreshCode; client: RegisteredClient };
let late: Record<'access_token' | 'refresh_token' | 'id_token', string>;
let lateMachineToken: string;
let device: oidc.DeviceAuthorizationResponse;
const agent = new UserAgent();

/** Everything is issued with a life of a second, which is over when the tests begin. */
beforeAll(async () => {
  [server, shortCodes] = await Promise.all([
    startTestServer(),
    startTestServer({ env: { AUTHORIZATION_CODE_TTL: '1' } }),
  ]);
  short = await startTestServer({ nodeOf: server, env: SHORT });
  client = await server.register({
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_CODE_GRANT],
  });
  config = await relyingParty(server, client);
  const { form } = await obtainCode(config, await server.person(), {}, agent);
  late = (await ask(form, short)).body as typeof late;
  lateMachineToken = (await ask({ grant_type: 'client_credentials' }, short)).body['access_token'] as string;
  const started = await postForm(`${short.origin}/oauth2/device`, { scope: 'openid' }, basic(client));
  device = started.body as unknown as oidc.DeviceAuthorizationResponse;
  const other = await shortCodes.register();
  const code = await obtainCode(await relyingParty(shortCodes, other), await shortCodes.person());
  lateCode = { code, client: other };
  await setTimeout(EXPIRED_BY_NOW);
});
afterAll(async () => {
  await short.close();
  await server.close();
  await shortCodes.close();
});

function ask(fields: Record<string, string>, node: TestServer): Promise<WireAnswer> {
  return postForm(`${node.origin}/oauth2/token`, fields, basic(client));
}

test('an expired code is refused', async () => {
  const { code, client: owner } = lateCode;
  const answer = await postForm(`${shortCodes.origin}/oauth2/token`, code.form, basic(owner));
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect(answer.body['error_description']).toMatch(/^the code has expired; start a new/);
});

test('an expired access token is dead', async () => {
  expect(await oidc.tokenIntrospection(config, late.access_token)).toEqual({ active: false });
  expect(await oidc.tokenIntrospection(config, lateMachineToken)).toEqual({ active: false });
});

test('userinfo refuses an expired access token, give or take the difference of clocks', async () => {
  const clock = Date.now.bind(Date);
  const spy = jest.spyOn(Date, 'now').mockImplementation(() => clock() + CLOCK_TOLERANCE);
  try {
    const headers = { authorization: `Bearer ${late.access_token}` };
    const answer = await fetch(`${server.origin}/oauth2/userinfo`, { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
  } finally {
    spy.mockRestore();
  }
});

test('an expired refresh token is refused', async () => {
  const answer = await ask({ grant_type: 'refresh_token', refresh_token: late.refresh_token }, server);
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect(answer.body['error_description']).toMatch(/^the refresh token has expired; start a new/);
  expect(await oidc.tokenIntrospection(config, late.refresh_token)).toEqual({ active: false });
});

test('an expired device code is refused, and so is its user code', async () => {
  await expect(pollOnce(config, device)).rejects.toMatchObject({ error: 'expired_token' });
  const page = await enterUserCode(new UserAgent(), device);
  expect(page.status).toBe(400);
  expect(page.body).toContain('not valid');
});

test('an expired ID token still serves as a hint (RP-Initiated Logout 1.0 section 2)', async () => {
  const page = await openSignOut(config, agent, { id_token_hint: late.id_token });
  expect(page.body).toContain('Sign out?');
  expect((await confirmSignOut(agent, page)).body).toContain('You are signed out');
});
