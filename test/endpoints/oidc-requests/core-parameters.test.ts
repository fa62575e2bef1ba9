import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import type { RegisteredClient } from '../../harness/nodes/test-server.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signInAndAllow,
} from '../../harness/protocol/relying-party.js';

const TYPES = ['code', 'id_token', 'code id_token', 'code token', 'id_token token', 'code id_token token'];
const { server, person, config } = await protocolFixture({
  env: { ALLOW_IMPLICIT: 'true' },
  client: { scopes: ['profile', 'email', 'phone'] },
});

/** A browser in which the person has signed in and allowed the client what it asks for here. */
async function signedIn(at = config): Promise<UserAgent> {
  const agent = new UserAgent();
  await signInAndAllow(await authorizationRequest(at, { scope: 'openid' }), person, agent);
  return agent;
}

/** What a request gets in this browser: `code`, an error, or `page` where the person is asked. */
async function outcome(agent: UserAgent, parameters: Record<string, string>, at = config): Promise<string> {
  const { url, redirectUri } = await authorizationRequest(at, { scope: 'openid', ...parameters });
  const page = await agent.open(url.href, {}, redirectUri);
  if (!page.url.startsWith(redirectUri)) return 'page';
  const { searchParams } = new URL(page.url);
  return searchParams.get('error') ?? (searchParams.has('code') ? 'code' : 'nothing');
}

describe('claims', () => {
  test('gives single claims of the scopes of the client, each where it was asked for', async () => {
    const claims = JSON.stringify({
      userinfo: { email: null, name: { essential: true }, phone_number: { value: '+15550100' } },
      id_token: { email: { essential: true }, auth_time: { essential: true }, unknown: null },
    });
    const tokens = await obtainTokens(config, person, { scope: 'openid', claims });
    const idToken = decodeJwt(tokens.id_token ?? '');
    expect(idToken).toMatchObject({ sub: person.id, email: person.email, auth_time: expect.any(Number) });
    expect(Object.keys(idToken)).toEqual(expect.not.arrayContaining(['name', 'unknown', 'phone_number']));
    const info = await oidc.fetchUserInfo(config, tokens.access_token, person.id);
    expect(Object.keys(info).sort()).toEqual(['email', 'name', 'sub']);
  });

  test('with the value of sub is for that person alone', async () => {
    const agent = await signedIn();
    const ask = (sub: string) => ({
      prompt: 'none',
      claims: JSON.stringify({ id_token: { sub: { value: sub } } }),
    });
    expect(await outcome(agent, ask(person.id))).toBe('code');
    const another = await server.person();
    expect(await outcome(agent, ask(another.id))).toBe('login_required');
  });
});

describe('default_max_age', () => {
  test('asks for a sign-in that is not older, unless the request says max_age', async () => {
    const strict = await relyingParty(server, await server.register({ default_max_age: 0 }));
    const agent = await signedIn(strict);
    expect(await outcome(agent, {}, strict)).toBe('page');
    expect(await outcome(agent, { prompt: 'none' }, strict)).toBe('login_required');
    expect(await outcome(agent, { prompt: 'none', max_age: '3600' }, strict)).toBe('code');
    expect(await outcome(agent, { prompt: 'none' })).toBe('consent_required');
  });

  test('and max_age give auth_time', async () => {
    const lax = await relyingParty(server, await server.register({ default_max_age: 3600 }));
    for (const [party, parameters] of [
      [lax, {}],
      [config, { max_age: '3600' }],
    ] as const) {
      const { auth_time: at } = decodeJwt(
        (await obtainTokens(party, person, { scope: 'openid', ...parameters })).id_token ?? '',
      );
      expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(60);
    }
  });

  test.each(['-1', 'x', '1.5'])('of a request must be a number of seconds: %s is none', async (max_age) => {
    expect(await outcome(new UserAgent(), { max_age })).toBe('invalid_request');
  });
});

test('require_auth_time gives auth_time in every ID token', async () => {
  const timed = await relyingParty(server, await server.register({ require_auth_time: true }));
  const tokens = await obtainTokens(timed, person, { scope: 'openid offline_access' });
  expect(decodeJwt(tokens.id_token ?? '')['auth_time']).toEqual(expect.any(Number));
  const refreshed = await oidc.refreshTokenGrant(timed, tokens.refresh_token ?? '');
  expect(decodeJwt(refreshed.id_token ?? '')['auth_time']).toEqual(expect.any(Number));
});

test('login_hint fills in the sign-in page, and is no HTML there; languages that are not spoken are ignored', async () => {
  const hints: [string, string][] = [
    ['ada@people.example', 'value="ada@people.example"'],
    ['"><script>@x', 'value="&quot;&gt;&lt;script&gt;@x"'],
  ];
  for (const [hint, shown] of hints) {
    const parameters = { login_hint: hint, ui_locales: 'tlh fr-CA x-none' };
    const { url } = await authorizationRequest(config, parameters);
    const page = await new UserAgent().open(url.href);
    expect(page.status).toBe(200);
    expect(page.body).toContain(shown);
    expect(page.body).toContain('<html lang="en"');
  }
});

describe('form_post', () => {
  let every: RegisteredClient;
  let party: oidc.Configuration;
  let agent: UserAgent;
  beforeAll(async () => {
    every = await server.register({
      grant_types: ['authorization_code', 'implicit'],
      response_types: TYPES,
    });
    party = await relyingParty(server, every);
    agent = await signedIn(party);
  });

  /** The fields of the form that leads back. */
  async function posted(response_type: string) {
    const request = await authorizationRequest(party, {
      scope: 'openid',
      response_type,
      response_mode: 'form_post',
    });
    const page = await agent.open(request.url.href);
    expect(page.body).toContain(`action="${request.redirectUri}"`);
    const inputs = page.body.matchAll(/name="(\w+)" value="([^"]*)"/g);
    return { request, fields: new Map([...inputs].map(([, name = '', value = '']) => [name, value])) };
  }

  test.each(TYPES)('has what %s yields, and nothing in the address', async (type) => {
    const { request, fields } = await posted(type);
    const words = type.split(' ');
    expect(['code', 'id_token', 'access_token'].filter((name) => fields.has(name))).toEqual(
      ['code', 'id_token', 'token']
        .filter((word) => words.includes(word))
        .map((word) => (word === 'token' ? 'access_token' : word)),
    );
    expect(fields.get('state')).toBe(request.checks.expectedState);
    expect(fields.get('iss')).toBe(server.issuer);
    if (!words.includes('id_token')) return;
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`));
    const { payload } = await jwtVerify(fields.get('id_token') ?? '', keys, { audience: every.client_id });
    const { expectedNonce: nonce } = request.checks;
    const [c_hash, at_hash] = [half(fields.get('code')), half(fields.get('access_token'))];
    expect([payload['nonce'], payload['c_hash'], payload['at_hash']]).toEqual([nonce, c_hash, at_hash]);
  });

  test('has the errors, too', async () => {
    const request = await authorizationRequest(party, {
      scope: 'openid',
      prompt: 'none',
      response_mode: 'form_post',
    });
    const page = await new UserAgent().open(request.url.href);
    expect(page.body).toContain('name="error" value="login_required"');
  });

  test('has a code of a hybrid flow that is redeemed like any', async () => {
    const { request, fields } = await posted('code id_token');
    const callback = new URL(request.redirectUri);
    for (const name of ['code', 'state', 'iss']) callback.searchParams.set(name, fields.get(name) ?? '');
    const tokens = await oidc.authorizationCodeGrant(party, callback, request.checks);
    expect(tokens.claims()?.sub).toBe(person.id);
  });
});

test.each(['id_token', 'code id_token', 'code token'])(
  '%s never comes in the query',
  async (response_type) => {
    const hybrid = await server.register({
      grant_types: ['authorization_code', 'implicit'],
      response_types: [...new Set([response_type, 'code', 'id_token'])],
    });
    const parameters = { response_type, response_mode: 'query', scope: 'openid' };
    const { url } = await authorizationRequest(await relyingParty(server, hybrid), parameters);
    const answer = await fetch(url, { redirect: 'manual' });
    expect(answer.headers.get('location')).toContain('error=invalid_request');
  },
);

/** The left half of the digest (OpenID Connect Core section 3.3.2.11); undefined for nothing. */
function half(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  return createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url');
}
