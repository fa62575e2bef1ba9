import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { type Deviation, SoftwareAuthenticator } from '../../harness/factors/software-authenticator.js';
import { passkeyOptions } from '../../harness/factors/second-factors.js';
import { authorizationRequest, signIn } from '../../harness/protocol/relying-party.js';
import { passkeyFixture, isRefused } from '../../harness/factors/passkey-fixture.js';

const { config, server, withPasskey, signInWith, lastEvent } = await passkeyFixture();

describe('a sign-in with a passkey is refused and audited', () => {
  test.each<[string, Deviation, string]>([
    ['from another origin', { origin: 'https://localhost.evil.example' }, 'origin'],
    ['from another port', { origin: 'http://localhost:1' }, 'origin'],
    ['for another RP ID', { rpId: 'evil.example' }, 'rp_id'],
    ['with another challenge', { challenge: randomBytes(32).toString('base64url') }, 'challenge'],
    ['without user verification', { isVerified: false }, 'user_verification'],
    ['with another key', { otherKey: true }, 'signature'],
    ['with the user handle of another', { userHandle: randomBytes(32) }, 'credential_id'],
  ])('%s', async (_name, deviation, reason) => {
    const { person, authenticator } = await withPasskey();
    expect(isRefused((await signInWith(authenticator, deviation)).page)).toBe(true);
    expect(await lastEvent(person.id)).toEqual({
      action: 'account.passkey_refused',
      actor: 'anonymous',
      reason: [reason],
    });
    expect(isRefused((await signInWith(authenticator)).page)).toBe(false);
  });

  test('with a counter that went back', async () => {
    const { person, authenticator } = await withPasskey();
    await signInWith(authenticator, { counter: 7 });
    for (const counter of [7, 3, 0]) {
      expect(isRefused((await signInWith(authenticator, { counter })).page)).toBe(true);
      expect(await lastEvent(person.id)).toMatchObject({ reason: ['sign_count'] });
    }
    expect(isRefused((await signInWith(authenticator, { counter: 8 })).page)).toBe(false);
  });

  test('but not when a synced passkey starts its counter again', async () => {
    const { authenticator } = await withPasskey({ synced: true });
    await signInWith(authenticator, { counter: 7 });
    expect(isRefused((await signInWith(authenticator, { counter: 0 })).page)).toBe(false);
  });

  test('with a credential of nobody', async () => {
    expect(isRefused((await signInWith(new SoftwareAuthenticator(server.issuer))).page)).toBe(true);
    expect(await lastEvent('unknown')).toEqual({
      action: 'account.passkey_refused',
      actor: 'anonymous',
      reason: ['credential_id'],
    });
  });

  test('with the credential of another person, as a second factor', async () => {
    const [{ person }, { authenticator: foreign }] = [await withPasskey(), await withPasskey()];
    const agent = new UserAgent();
    const request = await authorizationRequest(config);
    const page = await signIn(request, person, agent);
    const { options, token } = await passkeyOptions(agent, page, '/second-factor/passkey');
    const fields = { credential: foreign.use(options), token };
    const answer = await agent.submit(page, fields, {
      action: '/second-factor/passkey',
      stopAt: request.redirectUri,
    });
    expect(isRefused(answer)).toBe(true);
    expect(await lastEvent(person.id)).toMatchObject({ reason: ['credential_id'] });
  });

  test('a second time with one challenge, also in another interaction', async () => {
    const { person, authenticator } = await withPasskey();
    const refused = await signInWith(authenticator, { origin: 'https://evil.example' });
    const again = authenticator.use(refused.options);
    const { token } = refused.fields;
    const replay = await refused.agent.submit(
      refused.form,
      { credential: again, token },
      { action: '/passkey' },
    );
    expect(isRefused(replay)).toBe(true);
    expect(await lastEvent(person.id)).toMatchObject({ reason: ['challenge'] });

    const agent = new UserAgent();
    const request = await authorizationRequest(config);
    const form = await agent.open(request.url.href);
    const other = await passkeyOptions(new UserAgent(), form, '/passkey').catch(() => undefined);
    expect(other).toBeUndefined();
    const fresh = await signInWith(authenticator, { isVerified: false });
    const foreignToken = fresh.fields.token;
    const stolen = { credential: authenticator.use(fresh.options), token: foreignToken };
    expect(isRefused(await agent.submit(form, stolen, { action: '/passkey' }))).toBe(true);
  });

  test('once, of 10 posts of one response at the same time', async () => {
    const { authenticator } = await withPasskey();
    const agent = new UserAgent();
    const request = await authorizationRequest(config);
    const form = await agent.open(request.url.href);
    const { options, token } = await passkeyOptions(agent, form, '/passkey');
    const fields = { credential: authenticator.use(options), token };
    const pages = await Promise.all(
      Array.from({ length: 10 }, () =>
        agent.submit(form, fields, { action: '/passkey', stopAt: request.redirectUri }),
      ),
    );
    expect(pages.filter((page) => page.status === 400 && page.body.includes('was not accepted')).length).toBe(
      9,
    );
  });

  test.each(['', '{', '[]', '"text"', '{"id":1}', '{"id":"AA","rawId":"AA","type":"public-key"}'])(
    'as the malformed response %s',
    async (credential) => {
      const agent = new UserAgent();
      const request = await authorizationRequest(config);
      const form = await agent.open(request.url.href);
      const { token } = await passkeyOptions(agent, form, '/passkey');
      const answer = await agent.submit(form, { credential, token }, { action: '/passkey' });
      expect(answer.status).toBe(400);
    },
  );
});

describe('the set-up of a passkey is refused and audited', () => {
  test.each<[string, Deviation, string]>([
    ['from another origin', { origin: 'https://evil.example' }, 'origin'],
    ['for another RP ID', { rpId: 'evil.example' }, 'rp_id'],
    ['with another challenge', { challenge: 'AAAA' }, 'challenge'],
    ['without user verification', { isVerified: false }, 'user_verification'],
  ])('%s', async (_name, deviation, reason) => {
    const { page, person } = await withPasskey({ deviation });
    expect(page.status).toBe(400);
    expect(page.body).toContain('The passkey was not saved');
    expect(await lastEvent(person.id)).toMatchObject({ action: 'account.passkey_refused', reason: [reason] });
  });

  test('with a credential that an account has already', async () => {
    const { authenticator } = await withPasskey();
    const { page } = await withPasskey({ deviation: { credentialId: authenticator.credentialId } });
    expect(page.body).toContain('The passkey was not saved');
  });

  test('without a form of ours', async () => {
    const { request } = await signInWith(new SoftwareAuthenticator(server.issuer));
    const agent = new UserAgent();
    const form = await agent.open(request.url.href);
    const fields = { credential: '{}', token: 'x', csrf: 'forged' };
    const answer = await agent.submit(form, fields, { action: '/passkey' });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('did not come from our page');
  });
});
