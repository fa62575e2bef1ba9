import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import {
  codeOf,
  essentialAcr,
  letTimePass,
  setUpAuthenticator,
} from '../../harness/factors/second-factors.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signIn,
  signInAndAllow,
} from '../../harness/protocol/relying-party.js';

const { config, server } = await protocolFixture();

const claimsOf = (tokens: { id_token?: string }) => decodeJwt(tokens.id_token ?? '');

/** A person with an authenticator app and a browser in which they are signed in with it. */
async function withApp() {
  const person = await server.person();
  const { secret, agent, finish } = await setUpAuthenticator(config, person);
  await finish();
  return { person, secret, agent };
}

/** The error that the relying party gets. */
function errorOf(url: string): string | null {
  return new URL(url).searchParams.get('error');
}

describe('discovery', () => {
  test('names the values of acr and the parameters', async () => {
    const answer = await fetch(`${server.issuer}/.well-known/openid-configuration`);
    const metadata = (await answer.json()) as Record<string, unknown>;
    expect(metadata).toMatchObject({
      acr_values_supported: ['urn:postern:pwd', 'urn:postern:2fa', 'phr'],
      claims_parameter_supported: true,
    });
    expect(metadata['claims_supported']).toEqual(expect.arrayContaining(['acr', 'amr']));
  });
});

describe('a person with a password alone', () => {
  test('gets ID tokens that say so', async () => {
    const tokens = await obtainTokens(config, await server.person());
    expect(claimsOf(tokens)).toMatchObject({ acr: 'urn:postern:pwd', amr: ['pwd'] });
  });

  test('is not asked for more by acr_values, which are a wish', async () => {
    const tokens = await obtainTokens(config, await server.person(), { acr_values: 'phr urn:postern:2fa' });
    expect(claimsOf(tokens)).toMatchObject({ acr: 'urn:postern:pwd' });
  });

  test('is never phr', async () => {
    const person = await server.person();
    const agent = new UserAgent();
    await obtainTokens(config, person, {}, agent);
    const request = await authorizationRequest(config, { ...essentialAcr('phr'), prompt: 'none' });
    const answer = await agent.open(request.url.href, {}, request.redirectUri);
    expect(errorOf(answer.url)).toBe('interaction_required');
    const asked = await signIn(await authorizationRequest(config, essentialAcr('phr')), person, agent);
    expect(asked.body).toContain('<h1>Set up a passkey</h1>');
  });

  test('sets something up when the request insists, and gets to the end', async () => {
    const person = await server.person();
    const { finish, recoveryCodes } = await setUpAuthenticator(config, person);
    expect(recoveryCodes).toHaveLength(10);
    expect(new Set(recoveryCodes).size).toBe(10);
    const tokens = await finish();
    expect(claimsOf(tokens)).toMatchObject({ acr: 'urn:postern:2fa', amr: ['pwd', 'otp', 'mfa'] });
  });

  test('sets something up only after a sign-in of the last ten minutes', async () => {
    const person = await server.person();
    const agent = new UserAgent();
    await obtainTokens(config, person, {}, agent);
    await ageSessions(person.id, 11 * 60);
    const request = await authorizationRequest(config, essentialAcr('urn:postern:2fa'));
    const page = await agent.open(request.url.href, {}, request.redirectUri);
    expect(page.body).toContain('<h1>Sign in</h1>');
    const choice = await agent.submit(
      page,
      { email: person.email, password: person.password },
      { action: '/login' },
    );
    expect(choice.body).toContain('<h1>Set up a second factor</h1>');
  });
});

describe('a person with an authenticator app', () => {
  test('is asked for a code after the password, and then not again in this session', async () => {
    const { person, secret } = await withApp();
    await letTimePass(server);
    const agent = new UserAgent();
    const request = await authorizationRequest(config);
    const page = await signIn(request, person, agent);
    expect(page.body).toContain('<h1>Confirm that it is you</h1>');
    const consent = await agent.submit(page, { code: codeOf(secret) }, { action: '/second-factor' });
    const done = await agent.submit(consent, {}, { action: '/consent', stopAt: request.redirectUri });
    const tokens = await oidc.authorizationCodeGrant(config, new URL(done.url), request.checks);
    expect(claimsOf(tokens)).toMatchObject({ acr: 'urn:postern:2fa', amr: ['pwd', 'otp', 'mfa'] });
    const again = await obtainTokens(config, person, {}, agent);
    expect(claimsOf(again)).toMatchObject({ acr: 'urn:postern:2fa' });
  });

  test('is asked again after prompt=login and max_age=0', async () => {
    const { person, secret, agent } = await withApp();
    for (const parameters of [{ prompt: 'login' }, { max_age: '0' }]) {
      await letTimePass(server);
      const request = await authorizationRequest(config, parameters);
      const page = await signIn(request, person, agent);
      expect(page.body).toContain('<h1>Confirm that it is you</h1>');
      const next = await agent.submit(
        page,
        { code: codeOf(secret) },
        { action: '/second-factor', stopAt: request.redirectUri },
      );
      expect(next.body).not.toContain('type="password"');
    }
  });

  test('keeps the time of the password when a code is added later', async () => {
    const person = await server.person();
    const agent = new UserAgent();
    const { secret } = await setUpAuthenticator(config, person);
    await letTimePass(server);
    const first = await authorizationRequest(config);
    await signIn(first, person, agent);
    await ageSessions(person.id, 60);
    const request = await authorizationRequest(config, { max_age: '600' });
    const page = await agent.open(request.url.href, {}, request.redirectUri);
    const consent = await agent.submit(page, { code: codeOf(secret) }, { action: '/second-factor' });
    const done = await agent.submit(consent, {}, { action: '/consent', stopAt: request.redirectUri });
    const tokens = await oidc.authorizationCodeGrant(config, new URL(done.url), request.checks);
    const { auth_time = 0, iat = 0 } = claimsOf(tokens) as { auth_time?: number; iat?: number };
    expect(iat - auth_time).toBeGreaterThanOrEqual(60);
  });

  test('who stops after the password gets no code anywhere', async () => {
    const { person } = await withApp();
    const agent = new UserAgent();
    await signIn(await authorizationRequest(config), person, agent);
    const silent = await authorizationRequest(config, { prompt: 'none' });
    const answer = await agent.open(silent.url.href, {}, silent.redirectUri);
    expect(errorOf(answer.url)).toBe('interaction_required');
    const request = await authorizationRequest(config);
    const page = await agent.open(request.url.href, {}, request.redirectUri);
    expect(page.body).toContain('<h1>Confirm that it is you</h1>');
    const skipped = await agent.open(page.url.replace(/$/, '/consent'), {
      method: 'POST',
      body: new URLSearchParams(),
    });
    expect(skipped.status).toBe(400);
  });

  test('is asked for a code by acr_values, as the account can give one', async () => {
    const { person, secret } = await withApp();
    await letTimePass(server);
    const agent = new UserAgent();
    const request = await authorizationRequest(config, { acr_values: 'phr urn:postern:2fa' });
    const page = await signIn(request, person, agent);
    const consent = await agent.submit(page, { code: codeOf(secret) }, { action: '/second-factor' });
    const done = await agent.submit(consent, {}, { action: '/consent', stopAt: request.redirectUri });
    const tokens = await oidc.authorizationCodeGrant(config, new URL(done.url), request.checks);
    expect(claimsOf(tokens)).toMatchObject({ acr: 'urn:postern:2fa' });
  });

  test('gets the value that the request insists on, where the session is stronger', async () => {
    const { person, agent } = await withApp();
    const tokens = await obtainTokens(config, person, essentialAcr('urn:postern:pwd'), agent);
    expect(claimsOf(tokens)).toMatchObject({ acr: 'urn:postern:pwd', amr: ['pwd', 'otp', 'mfa'] });
  });
});

describe('a request that insists on acr', () => {
  test.each([[['urn:unknown']], [[]], [['urn:unknown', 'urn:other']]])(
    'of %j fails without a page',
    async (values) => {
      const request = await authorizationRequest(config, essentialAcr(...values));
      const answer = await new UserAgent().open(request.url.href, {}, request.redirectUri);
      expect(errorOf(answer.url)).toBe('unmet_authentication_requirements');
    },
  );

  test('by `value` is obeyed too', async () => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:postern:2fa' } } });
    const page = await signIn(await authorizationRequest(config, { claims }), await server.person());
    expect(page.body).toContain('<h1>Set up a second factor</h1>');
  });

  test('without values is met by any', async () => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true } } });
    const tokens = await obtainTokens(config, await server.person(), { claims });
    expect(claimsOf(tokens)).toMatchObject({ acr: 'urn:postern:pwd' });
  });

  test('is not weakened by acr_values beside it', async () => {
    const both = { ...essentialAcr('urn:postern:2fa'), acr_values: 'urn:postern:pwd' };
    const page = await signIn(await authorizationRequest(config, both), await server.person());
    expect(page.body).toContain('<h1>Set up a second factor</h1>');
  });

  test.each([
    '"text"',
    '{"id_token":{"acr":"phr"}}',
    '{"id_token":{"acr":{"essential":true,"values":"phr"}}}',
    '{',
  ])('in the malformed form %s is refused', async (claims) => {
    const request = await authorizationRequest(config, { claims });
    const answer = await new UserAgent().open(request.url.href, {}, request.redirectUri);
    expect(errorOf(answer.url)).toBe('invalid_request');
  });
});

describe('the parameter claims', () => {
  test('gives a client no claim of a scope that it may not have', async () => {
    const client = await server.register({
      scopes: ['openid'],
      redirect_uris: ['https://rp.example/callback'],
    });
    const party = await relyingParty(server, client);
    const claims = JSON.stringify({ id_token: { email: { essential: true } }, userinfo: { email: null } });
    const person = await server.person();
    const request = await authorizationRequest(party, { scope: 'openid', claims });
    const callback = await signInAndAllow(request, person);
    const tokens = await oidc.authorizationCodeGrant(party, callback, request.checks);
    expect(claimsOf(tokens)['email']).toBeUndefined();
    const info = await oidc.fetchUserInfo(party, tokens.access_token, person.id);
    expect(info.email).toBeUndefined();
  });
});

/** Moves the sign-ins of a person back, as if they were older. */
async function ageSessions(accountId: string, seconds: number): Promise<void> {
  await server.database.pool.query(
    `UPDATE artifacts SET payload = jsonb_set(payload, '{loginTs}', to_jsonb((payload->>'loginTs')::int - $2::int))
     WHERE account_id = $1 AND payload ? 'loginTs'`,
    [accountId, seconds],
  );
}
