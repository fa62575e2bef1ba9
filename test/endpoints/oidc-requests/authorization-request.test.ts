import { describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { authorizationRequest, relyingParty, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { open } from '../../harness/protocol/wire.js';

const { server, person, config } = await protocolFixture();

async function answerTo(change: (query: URLSearchParams) => void): Promise<URLSearchParams> {
  const { url } = await authorizationRequest(config, { scope: 'openid' });
  change(url.searchParams);
  const { location } = await open(url);
  expect(location?.href).toMatch(/^https:\/\/rp\.example\/callback[?#]/);
  return new URLSearchParams(location?.search || location?.hash.slice(1));
}

describe('the issuer is in every answer (RFC 9207)', () => {
  test('with a code', async () => {
    const { callback, request } = await obtainCode(config, person);
    expect(callback.searchParams.get('iss')).toBe(server.issuer);
    expect(callback.searchParams.get('state')).toBe(request.checks.expectedState);
  });

  test('with an error, beside the state', async () => {
    const answer = await answerTo((query) => {
      query.set('scope', 'openid clients.write profile phone');
      query.set('state', 'the state');
    });
    expect(Object.fromEntries(answer)).toMatchObject({
      error: 'invalid_scope',
      iss: server.issuer,
      state: 'the state',
    });
  });
});

describe('prompt=none', () => {
  test('answers login_required when nobody is signed in', async () => {
    const answer = await answerTo((query) => query.set('prompt', 'none'));
    expect(answer.get('error')).toBe('login_required');
    expect(answer.get('iss')).toBe(server.issuer);
  });

  test('answers consent_required, then with a code once the person has allowed it', async () => {
    const agent = new UserAgent();
    await obtainCode(await relyingParty(server, await server.register()), person, {}, agent);
    const silent = async (): Promise<URLSearchParams> => {
      const { url, redirectUri } = await authorizationRequest(config, { scope: 'openid', prompt: 'none' });
      return new URL((await agent.open(url.href, {}, redirectUri)).url).searchParams;
    };
    expect((await silent()).get('error')).toBe('consent_required');
    await obtainCode(config, person, { scope: 'openid' }, agent);
    expect((await silent()).get('code')).toBeTruthy();
  });

  test('contradicts any other prompt', async () => {
    const answer = await answerTo((query) => query.set('prompt', 'none login'));
    expect(answer.get('error')).toBe('invalid_request');
  });
});

test('prompt=login asks a person who is signed in for the password again', async () => {
  const agent = new UserAgent();
  await obtainCode(config, person, {}, agent);
  const { url, redirectUri } = await authorizationRequest(config, { prompt: 'login' });
  expect((await agent.open(url.href, {}, redirectUri)).body).toContain('type="password"');
});

test('a person who denies the request goes back with access_denied', async () => {
  const agent = new UserAgent();
  const request = await authorizationRequest(config);
  const signIn = await agent.open(request.url.href, {}, request.redirectUri);
  const fields = { email: person.email, password: person.password };
  const consent = await agent.submit(signIn, fields, { action: '/login', stopAt: request.redirectUri });
  const back = await agent.submit(consent, {}, { action: '/abort', stopAt: request.redirectUri });
  const callback = new URL(back.url);
  expect(callback.searchParams.get('iss')).toBe(server.issuer);
  await expect(oidc.authorizationCodeGrant(config, callback, request.checks)).rejects.toMatchObject({
    error: 'access_denied',
  });
});

test.each(['client_id', 'redirect_uri', 'state', 'scope', 'code_challenge', 'response_type'])(
  'a request with %s twice is refused',
  async (name) => {
    const { url } = await authorizationRequest(config, { scope: 'openid' });
    url.searchParams.append(name, url.searchParams.get(name) ?? '');
    const { status, location, body } = await open(url);
    if (location === undefined) {
      expect(status).toBe(400);
      expect(body).toContain(name);
    } else {
      expect(location.searchParams.get('error')).toBe('invalid_request');
      expect(location.searchParams.get('error_description')).toContain(name);
    }
  },
);

test.each<[string, string, string]>([
  ['response_type', 'token', 'unsupported_response_type'],
  ['response_type', 'code id_token', 'unsupported_response_type'],
  ['response_type', 'nonsense', 'unsupported_response_type'],
  ['response_mode', 'web_message', 'unsupported_response_mode'],
  ['prompt', 'create', 'invalid_request'],
  ['max_age', '-1', 'invalid_request'],
  ['request', 'eyJhbGciOiJub25lIn0.e30.', 'invalid_request_object'],
  ['request_uri', 'https://evil.example/request', 'request_uri_not_supported'],
  ['resource', 'https://api.example', 'invalid_target'],
  ['registration', '{}', 'registration_not_supported'],
])('%s=%s is refused with %s', async (name, value, error) => {
  expect((await answerTo((query) => query.set(name, value))).get('error')).toBe(error);
});

test.each([
  ['request_uri', 'https://rp.example/request', /^request_uri is not fetched here: send .*\/oauth2\/par/],
  ['registration', '{}', /^registration is not supported: register the client first/],
  ['response_mode', 'web_message', /^this response_mode is not supported: use .*\bform_post\b/],
  ['prompt', 'login create', /^this prompt is not supported: use .*\bselect_account\b/],
])('the refusal of %s says what to do instead', async (name, value, description) => {
  const answer = await answerTo((query) => query.set(name, value));
  expect(answer.get('error_description')).toMatch(description);
});

test.each(['nobody', '', 'x'.repeat(200), "' OR 1=1", '\0'])(
  'the client %j is unknown: a page says so',
  async (id) => {
    const { url } = await authorizationRequest(config, { client_id: id });
    const answer = await open(url);
    expect(answer.status).toBe(400);
    expect(answer.location).toBeUndefined();
    expect(answer.body).toMatch(/invalid_(client|request)/);
    if (id === 'nobody') expect(answer.body).toContain('no client with this client_id is registered here');
  },
);

test('offline_access is not offered to a client without refresh tokens', async () => {
  const short = await server.register({ grant_types: ['authorization_code'] });
  const shortConfig = await relyingParty(server, short);
  const request = await authorizationRequest(shortConfig, { scope: 'openid offline_access' });
  const callback = await signInAndAllow(request, person);
  const tokens = await oidc.authorizationCodeGrant(shortConfig, callback, request.checks);
  expect(tokens.refresh_token).toBeUndefined();
  expect(tokens.scope).toBe('openid');
});
