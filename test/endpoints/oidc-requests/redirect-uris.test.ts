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

  test.each([
    [[REGISTERED, 'https://rp.example/second'], ['authorization_code'], 'send one of redirect_uris of this'],
    [
      [REGISTERED],
      ['authorization_code'],
      'redirect_uri is missing: send the URI in redirect_uris of this client',
    ],
    [[], ['client_credentials'], 'this client has no redirect_uris: register one and send it'],
  ])('it cannot be left out where there are %j', async (redirect_uris, grant_types, text) => {
    const registered = await server.register({ redirect_uris, grant_types });
    const rp = await relyingParty(server, registered);
    for (const scope of ['openid', 'email']) {
      const { url } = await authorizationRequest(rp, { scope });
      url.searchParams.delete('redirect_uri');
      await expectPage(url, text);
      const pushed = await postForm(`${server.origin}/oauth2/par`, [...url.searchParams], basic(registered));
      expect(pushed).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
      expect(pushed.body['error_description']).toContain(text);
    }
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

describe('any port of a loopback URI is good', () => {
  test.each(['http://localhost/callback', 'http://127.0.0.1:4000/callback', 'http://[::1]:4000/callback'])(
    'for a confidential client with %s',
    async (registered) => {
      const web = await server.register({ redirect_uris: [registered] });
      const used = registered.replace(/(:\d+)?\/callback/, ':53219/callback');
      const tokens = await obtainTokens(
        await relyingParty(server, web),
        person,
        { redirect_uri: used },
        agent,
      );
      expect(tokens.claims()?.sub).toBe(person.id);
    },
  );

  test('for a public web client, and nothing but the port', async () => {
    const spa = await relyingParty(
      server,
      await server.register({
        token_endpoint_auth_method: 'none',
        redirect_uris: ['https://spa.example/cb', 'http://localhost:3000/cb'],
      }),
    );
    const answerTo = async (redirectUri: string) =>
      open((await authorizationRequest(spa, { redirect_uri: redirectUri, scope: 'openid' })).url);
    expect((await answerTo('http://localhost:5173/cb')).status).toBe(303);
    for (const other of [
      'http://localhost:5173/cb/',
      'http://localhost.evil.example:5173/cb',
      'http://localhost:99999/cb',
      'http://localhost:5173@evil.example/cb',
      'http://127.0.0.1:5173/cb',
      'https://spa.example:5173/cb',
    ])
      expect((await answerTo(other)).status).toBe(400);
  });
});

describe('consent', () => {
  /** Whether prompt=none at the redirect URI works once the person has allowed the client. */
  async function worksSilently(fields: Record<string, unknown>, redirectUri: string): Promise<boolean> {
    const rp = await relyingParty(server, await server.register(fields));
    const asked = { redirect_uri: redirectUri, scope: 'openid email' };
    await obtainCode(rp, person, asked, agent);
    const { url } = await authorizationRequest(rp, { ...asked, prompt: 'none' });
    const page = await agent.open(url.href, {}, redirectUri);
    const answer = new URL(page.url).searchParams;
    if (!answer.has('code')) {
      expect(answer.get('error')).toBe('interaction_required');
      const change = redirectUri === app ? 'private-use scheme' : 'needs application_type web';
      expect(answer.get('error_description')).toContain(change);
    }
    return answer.has('code');
  }

  const spa = 'https://spa.example/cb';
  const dev = 'http://localhost:3000/cb';
  const app = 'com.example.app:/cb';
  const open4 = { token_endpoint_auth_method: 'none' };
  test.each([
    [true, 'a single-page application', { ...open4, redirect_uris: [spa] }, spa],
    [true, 'one that has localhost too', { ...open4, redirect_uris: [spa, dev] }, spa],
    [true, 'at localhost', { ...open4, redirect_uris: [spa, dev] }, dev],
    [
      true,
      'one at localhost alone that says web',
      { ...open4, redirect_uris: [dev], application_type: 'web' },
      dev,
    ],
    [false, 'a public app at loopback', { ...open4, redirect_uris: [dev] }, dev],
    [
      false,
      'an app at https that says native',
      { ...open4, redirect_uris: [spa], application_type: 'native' },
      spa,
    ],
    [true, 'a web client with a private scheme', { ...open4, redirect_uris: [spa, app] }, spa],
    [false, 'at its private scheme', { ...open4, redirect_uris: [spa, app] }, app],
    [true, 'a confidential client at loopback', { redirect_uris: [dev] }, dev],
    [false, 'a confidential client at a private scheme', { redirect_uris: [app] }, app],
  ])('is asked once: %s, %s', async (once, _, fields, redirectUri) => {
    expect(await worksSilently(fields, redirectUri)).toBe(once);
  });
});

test('the record says the application type, which follows from the redirect URIs until it is set', async () => {
  const record = await server.register({ redirect_uris: ['http://localhost:3000/cb'] });
  const patch = async (fields: Record<string, unknown>) => {
    const answer = await server.admin('PATCH', `/${record.id}`, fields);
    return ((await answer.json()) as Record<string, unknown>)['application_type'];
  };
  expect(record['application_type']).toBe('native');
  expect(await patch({ redirect_uris: ['https://app.example/cb'] })).toBe('web');
  expect(await patch({ application_type: 'native' })).toBe('native');
  expect(await patch({ redirect_uris: ['https://app.example/other'] })).toBe('native');
  expect(await patch({ application_type: null })).toBe('web');
});
