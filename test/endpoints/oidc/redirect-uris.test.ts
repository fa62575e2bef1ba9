import { describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { authorizationRequest, obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, open, postForm } from '../../harness/protocol/wire.js';

const REGISTERED = 'https://rp.example/callback';
const ALMOST = [
  'https://rp.example/Callback',
  'https://RP.example/callback',
  'https://rp.example/callback/',
  'https://rp.example/callback?more=1',
  'https://rp.example/callback#part',
  'https://rp.example:8443/callback',
  'https://rp.example:443/callback',
  'https://rp.example/callback/../callback',
  'https://rp.example.evil.example/callback',
  'https://rp.example@evil.example/callback',
  'http://rp.example/callback',
];

const agent = new UserAgent();
const { server, person, client, config } = await protocolFixture({
  client: { redirect_uris: [REGISTERED, 'https://rp.example/second'] },
});

/** Nobody is sent anywhere: the person sees a page (RFC 6749 section 3.1.2.4). */
async function expectPage(url: URL, text: string): Promise<void> {
  const answer = await open(url);
  expect(answer.location).toBeUndefined();
  expect(answer.status).toBe(400);
  expect(answer.body).toContain(text);
}

describe('at the authorization endpoint', () => {
  test.each(ALMOST)('%s is not the registered one', async (redirectUri) => {
    const { url } = await authorizationRequest(config, { redirect_uri: redirectUri, scope: 'openid' });
    await expectPage(url, 'invalid_redirect_uri');
  });

  test('it cannot be left out', async () => {
    const { url } = await authorizationRequest(config, { scope: 'openid' });
    url.searchParams.delete('redirect_uri');
    await expectPage(url, 'redirect_uri');
  });

  test('a wrong one wins over other mistakes, which would be sent there', async () => {
    const { url } = await authorizationRequest(config, {
      redirect_uri: 'https://evil.example/',
      response_type: 'token',
      scope: 'nonsense',
    });
    await expectPage(url, 'invalid_redirect_uri');
  });
});

describe('at the token endpoint', () => {
  async function redeem(change: { redirect_uri?: string }) {
    const { form } = await obtainCode(config, person, {}, agent);
    const { redirect_uri: _, ...rest } = form;
    return postForm(`${server.origin}/oauth2/token`, { ...rest, ...change }, basic(client));
  }

  test.each(['https://rp.example/second', 'https://rp.example/callback/', 'https://rp.example/Callback'])(
    '%s is not the one of the request',
    async (redirectUri) => {
      const answer = await redeem({ redirect_uri: redirectUri });
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    },
  );

  test('it cannot be left out', async () => {
    expect(await redeem({})).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});

describe('a native app', () => {
  test.each([
    ['http://127.0.0.1/callback', 'http://127.0.0.1:51234/callback'],
    ['http://[::1]:4000/callback', 'http://[::1]:51234/callback'],
    ['com.example.app:/callback', 'com.example.app:/callback'],
  ])('registered with %s gets its tokens at %s', async (registered, used) => {
    const app = await server.register({ token_endpoint_auth_method: 'none', redirect_uris: [registered] });
    const tokens = await obtainTokens(await relyingParty(server, app), person, { redirect_uri: used }, agent);
    expect(tokens.claims()?.sub).toBe(person.id);
  });

  test('may choose the port of its loopback URI, and nothing else', async () => {
    const app = await server.register({
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
    });
    const appConfig = await relyingParty(server, app);
    const others = [
      'http://localhost:51234/callback',
      'http://127.0.0.1:51234/other',
      'http://127.0.0.1:51234/callback?more=1',
      'https://127.0.0.1:51234/callback',
      'http://127.0.0.2:51234/callback',
      'http://evil.example:51234/callback',
    ];
    for (const redirectUri of others) {
      const { url } = await authorizationRequest(appConfig, { redirect_uri: redirectUri, scope: 'openid' });
      await expectPage(url, 'invalid_redirect_uri');
    }
  });

  test('redeems at the port that it asked for', async () => {
    const app = await server.register({
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
    });
    const asked = { redirect_uri: 'http://127.0.0.1:51234/callback' };
    const { form } = await obtainCode(await relyingParty(server, app), person, asked, agent);
    const fields = { ...form, client_id: app.client_id, redirect_uri: 'http://127.0.0.1:51235/callback' };
    const answer = await postForm(`${server.origin}/oauth2/token`, fields);
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });
});

test('the loopback port of a confidential client is not free', async () => {
  const web = await server.register({ redirect_uris: ['http://localhost:4000/callback'] });
  const { url } = await authorizationRequest(await relyingParty(server, web), {
    redirect_uri: 'http://localhost:4001/callback',
    scope: 'openid',
  });
  await expectPage(url, 'invalid_redirect_uri');
});
