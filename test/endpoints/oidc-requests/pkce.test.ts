import { describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { reportOf } from '../../harness/admin/usage.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signInAndAllow,
} from '../../harness/protocol/relying-party.js';
import { basic, open, postForm } from '../../harness/protocol/wire.js';

const REFUSED = { status: 400, body: { error: 'invalid_grant' } };

const agent = new UserAgent();
const { server, person, client, config, addNode } = await protocolFixture();

async function redeem(changes: Record<string, string | undefined>) {
  const { form } = await obtainCode(config, person, {}, agent);
  const fields = Object.entries({ ...form, ...changes }).filter(([, value]) => value !== undefined);
  return postForm(`${server.origin}/oauth2/token`, fields, basic(client));
}

describe('the token endpoint', () => {
  test('takes the verifier of the request', async () => {
    expect(await redeem({})).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
  });

  test('refuses another verifier', async () => {
    expect(await redeem({ code_verifier: oidc.randomPKCECodeVerifier() })).toMatchObject(REFUSED);
  });

  test('refuses to do without the verifier', async () => {
    expect(await redeem({ code_verifier: undefined })).toMatchObject(REFUSED);
    expect(await redeem({ code_verifier: '' })).toMatchObject(REFUSED);
  });

  test('refuses the challenge in place of the verifier', async () => {
    const { form, request } = await obtainCode(config, person, {}, agent);
    const challenge = request.url.searchParams.get('code_challenge') ?? '';
    const fields = { ...form, code_verifier: challenge };
    expect(await postForm(`${server.origin}/oauth2/token`, fields, basic(client))).toMatchObject(REFUSED);
  });

  test('says that a verifier is too short', async () => {
    const answer = await redeem({ code_verifier: 'short' });
    expect(answer.status).toBe(400);
    expect(answer.body['error_description']).toContain('code_verifier');
  });
});

describe('the authorization endpoint', () => {
  async function answerTo(change: (query: URLSearchParams) => void): Promise<URLSearchParams> {
    const { url } = await authorizationRequest(config, { scope: 'openid' });
    change(url.searchParams);
    const { location } = await open(url);
    expect(location?.href).toMatch(/^https:\/\/rp\.example\/callback\?/);
    return location?.searchParams ?? new URLSearchParams();
  }

  test('refuses the method plain, said or meant', async () => {
    const said = await answerTo((query) => query.set('code_challenge_method', 'plain'));
    const meant = await answerTo((query) => query.delete('code_challenge_method'));
    for (const answer of [said, meant]) {
      expect(answer.get('error')).toBe('invalid_request');
      expect(answer.get('error_description')).toContain('send code_challenge_method=S256');
    }
  });

  test('refuses a challenge that is no SHA-256', async () => {
    const answer = await answerTo((query) => query.set('code_challenge', 'too-short'));
    expect(answer.get('error')).toBe('invalid_request');
  });
});

function withoutChallenge(url: URL, ...others: string[]): URL {
  for (const name of ['code_challenge', 'code_challenge_method', ...others]) url.searchParams.delete(name);
  return url;
}

describe('a request without a challenge', () => {
  const PAGE = 'page';
  const REFUSAL = 'invalid_request';

  /** What a node answers to a client of this kind, with a nonce, without one, and without openid. */
  async function answersOf(origin: string, fields: Record<string, unknown>): Promise<(string | undefined)[]> {
    const rp = await relyingParty(server, await server.register(fields));
    const urls = [
      withoutChallenge((await authorizationRequest(rp, { scope: 'openid' })).url),
      withoutChallenge((await authorizationRequest(rp, { scope: 'openid' })).url, 'nonce'),
      withoutChallenge((await authorizationRequest(rp, { scope: 'email' })).url, 'nonce'),
    ];
    return Promise.all(
      urls.map(async ({ pathname, search }) => {
        const { location } = await open(origin + pathname + search);
        if (location?.pathname.startsWith('/interaction/')) return PAGE;
        const refusal = location?.searchParams.get('error_description') ?? '';
        expect(refusal).toContain('pkce_required');
        expect(refusal).toContain('send code_challenge and code_challenge_method=S256');
        return location?.searchParams.get('error') ?? undefined;
      }),
    );
  }

  const named = { required: { pkce_required: true }, unused: { pkce_required: false } };
  const open3 = { token_endpoint_auth_method: 'none' };
  const pages = [PAGE, PAGE, PAGE];
  const refusals = [REFUSAL, REFUSAL, REFUSAL];

  test.each([
    ['public', { unsaid: pages }],
    ['nonce', { unsaid: [PAGE, REFUSAL, REFUSAL] }],
    ['always', { unsaid: refusals }],
  ])('with PKCE=%s', async (mode, { unsaid }) => {
    const { origin } = await addNode({ PKCE: mode });
    expect(await answersOf(origin, {})).toEqual(unsaid);
    expect(await answersOf(origin, { pkce_required: null })).toEqual(unsaid);
    expect(await answersOf(origin, named.required)).toEqual(refusals);
    expect(await answersOf(origin, named.unused)).toEqual(pages);
    expect(await answersOf(origin, open3)).toEqual(refusals);
  });

  test('is counted when it has no nonce either', async () => {
    const record = await server.register();
    const rp = await relyingParty(server, record);
    const changes = [
      [],
      ['code_challenge', 'code_challenge_method'],
      ['nonce'],
      ['code_challenge', 'code_challenge_method', 'nonce'],
    ];
    for (const removed of changes) {
      const request = await authorizationRequest(rp);
      for (const name of removed) request.url.searchParams.delete(name);
      await signInAndAllow(request, person, agent);
    }
    await server.context.usage.flush();
    expect((await reportOf(server, record)).total).toMatchObject({ authorizations: 4, unprotected_codes: 1 });
    const details = (await (await server.admin('GET', `/${record.id}`)).json()) as Record<string, unknown>;
    expect(details).toMatchObject({ pkce_required: null, usage: { total: { unprotected_codes: 1 } } });
  });
});

describe.each([{ pkce_required: false }, { pkce_required: null }])('a client with %o', (fields) => {
  test('may leave it out, but not send a verifier that nobody asked for', async () => {
    const lax = await server.register(fields);
    const laxConfig = await relyingParty(server, lax);
    const request = await authorizationRequest(laxConfig);
    request.url.searchParams.delete('code_challenge');
    request.url.searchParams.delete('code_challenge_method');
    const callback = await signInAndAllow(request, person, agent);
    const { pkceCodeVerifier, ...checks } = request.checks;
    await expect(
      oidc.authorizationCodeGrant(laxConfig, callback, { ...checks, pkceCodeVerifier }),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
    const tokens = await oidc.authorizationCodeGrant(laxConfig, callback, checks);
    expect(tokens.claims()?.sub).toBe(person.id);
  });

  test('is held to the challenge that it sent', async () => {
    const lax = await server.register(fields);
    const { form } = await obtainCode(await relyingParty(server, lax), person, {}, agent);
    const { code_verifier: _, ...without } = form;
    expect(await postForm(`${server.origin}/oauth2/token`, without, basic(lax))).toMatchObject(REFUSED);
  });
});

describe('a public client', () => {
  test('gets tokens with PKCE and no secret', async () => {
    const app = await server.register({ token_endpoint_auth_method: 'none' });
    expect(app).not.toHaveProperty('client_secret');
    const tokens = await obtainTokens(await relyingParty(server, app), person, {}, agent);
    expect(tokens.claims()).toMatchObject({ sub: person.id, aud: app.client_id });
    expect(tokens.refresh_token).toBeDefined();
  });

  test('cannot go without PKCE', async () => {
    const app = await server.register({ token_endpoint_auth_method: 'none' });
    const { url } = await authorizationRequest(await relyingParty(server, app), { scope: 'openid' });
    url.searchParams.delete('code_challenge');
    url.searchParams.delete('code_challenge_method');
    expect((await open(url)).location?.searchParams.get('error')).toBe('invalid_request');
  });
});
