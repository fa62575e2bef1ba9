import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import { type Deviation, SoftwareAuthenticator } from '../../harness/factors/software-authenticator.js';
import { allow, essentialAcr, passkeyOptions, redeem } from '../../harness/factors/second-factors.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest, signIn } from '../../harness/protocol/relying-party.js';

const { config, server } = await protocolFixture({ env: { SIGN_IN_ATTEMPTS_PER_ADDRESS: '10000' } });

/** Sets a passkey up where an application insists on one. */
async function withPasskey({ synced = false, deviation = {} } = {}) {
  const person = await server.person();
  const agent = new UserAgent();
  const authenticator = new SoftwareAuthenticator(server.issuer, synced);
  const request = await authorizationRequest(config, essentialAcr('phr'));
  const page = await signIn(request, person, agent);
  expect(page.body).toContain('<h1>Set up a passkey</h1>');
  const { options, token } = await passkeyOptions(agent, page, '/second-factor/new-passkey');
  const fields = { credential: authenticator.create(options, deviation), token };
  const done = await agent.submit(page, fields, { action: '/new-passkey' });
  return { person, agent, authenticator, request, page: done, options };
}

/** Signs in with a passkey alone; by default as it should be done. */
async function signInWith(
  authenticator: SoftwareAuthenticator,
  deviation: Deviation = {},
  { agent = new UserAgent(), parameters = {} } = {},
) {
  const request = await authorizationRequest(config, parameters);
  const form = await agent.open(request.url.href, {}, request.redirectUri);
  const { options, token } = await passkeyOptions(agent, form, '/passkey');
  const fields = { credential: authenticator.use(options, deviation), token };
  const page = await agent.submit(form, fields, { action: '/passkey', stopAt: request.redirectUri });
  return { request, agent, page, form, fields, options };
}

/** The newest event about an account. */
async function lastEvent(targetId: string) {
  const { rows } = await server.database.pool.query<Record<string, unknown>>(
    `SELECT action, actor, changed_fields AS reason FROM audit_events WHERE target_id = $1
     ORDER BY occurred_at DESC, id DESC LIMIT 1`,
    [targetId],
  );
  return rows[0];
}

const isRefused = ({ body, status }: Page) =>
  status === 400 && body.includes('This passkey was not accepted');

describe('a passkey', () => {
  test('is set up with user verification, attestation none and a user handle that says nothing', async () => {
    const { options, page, person } = await withPasskey();
    expect(options).toMatchObject({
      rp: { id: 'localhost' },
      attestation: 'none',
      excludeCredentials: [],
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const { user } = options as unknown as { user: { id: string } };
    expect(Buffer.from(user.id, 'base64url')).toHaveLength(32);
    expect(JSON.stringify(user.id)).not.toContain(person.email);
    expect(page.body).toContain('Keep your recovery codes');
    expect(await lastEvent(person.id)).toMatchObject({ action: 'account.passkey_added' });
  });

  test.each([
    [false, 'hwk'],
    [true, 'swk'],
  ])('signs in alone (synced: %s)', async (synced, method) => {
    const { authenticator } = await withPasskey({ synced });
    const { agent, page, request } = await signInWith(authenticator);
    const tokens = await redeem(config, request, await allow(agent, page, request));
    expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ acr: 'phr', amr: [method, 'user', 'mfa'] });
  });

  test('is asked for after a password, and no code then', async () => {
    const { person, authenticator } = await withPasskey();
    const agent = new UserAgent();
    const request = await authorizationRequest(config);
    const page = await signIn(request, person, agent);
    expect(page.body).toContain('<h1>Confirm that it is you</h1>');
    const { options, token } = await passkeyOptions(agent, page, '/second-factor/passkey');
    expect(options).toMatchObject({
      allowCredentials: [{ id: authenticator.credentialId.toString('base64url') }],
    });
    const next = await agent.submit(
      page,
      { credential: authenticator.use(options), token },
      { action: '/second-factor/passkey', stopAt: request.redirectUri },
    );
    const tokens = await redeem(config, request, await allow(agent, next, request));
    expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({
      acr: 'phr',
      amr: ['pwd', 'hwk', 'user', 'mfa'],
    });
  });

  test('has options that are the same for all people', async () => {
    const { form, agent } = await signInWith(new SoftwareAuthenticator(server.issuer));
    const { options } = await passkeyOptions(agent, form, '/passkey');
    expect(Object.keys(options).sort()).toEqual(['challenge', 'rpId', 'timeout', 'userVerification']);
  });

  test('is excluded from a second set-up on the same authenticator', async () => {
    const { person, authenticator } = await withPasskey();
    const existing = await server.context.passkeys.creationOptions('test', {
      ...person,
      profile: {},
    } as never);
    expect(existing.options).toMatchObject({
      excludeCredentials: [{ id: authenticator.credentialId.toString('base64url') }],
    });
  });

  test('of a disabled account signs nobody in', async () => {
    const { person, authenticator } = await withPasskey();
    await server.database.pool.query(
      "UPDATE accounts SET status = 'disabled', disabled_at = now() WHERE id = $1",
      [person.id],
    );
    expect(isRefused((await signInWith(authenticator)).page)).toBe(true);
  });
});

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
      actor: `account:${person.id}`,
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

  test('but not when a synced passkey counts anew', async () => {
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

describe('a start', () => {
  test('with another RP ID is refused, and says how many passkeys would stop working', async () => {
    await withPasskey();
    const { passkeys } = server.context;
    await expect(passkeys.assertRelyingParty()).resolves.toBeUndefined();
    await server.database.pool.query("UPDATE passkeys SET rp_id = 'old.example'");
    await expect(passkeys.assertRelyingParty()).rejects.toThrow(/^\d+ passkeys belong to another domain/);
  });
});

describe('an account that is being deleted', () => {
  const deleted = async (by: 'person' | 'operator') => {
    const { authenticator, person } = await withPasskey();
    await server.database.pool.query(
      `UPDATE accounts SET status = 'deleting', delete_after = now() + interval '7 days', deletion_requested_by = $2,
         password_hash = NULL WHERE id = $1`,
      [person.id, by],
    );
    return { authenticator, person };
  };

  test('comes back by its passkey, at the level of the passkey', async () => {
    const { authenticator, person } = await deleted('person');
    const { agent, page, request } = await signInWith(authenticator);
    expect(page.body).toContain('Bring your account back?');
    const consent = await agent.submit(page, {}, { action: '/restore', stopAt: request.redirectUri });
    const tokens = await redeem(config, request, await allow(agent, consent, request));
    expect(tokens.claims()).toMatchObject({ sub: person.id, acr: 'phr' });
    expect(await server.context.accounts.findActive(person.id)).toBeDefined();
  });

  test('does not when an operator deleted it', async () => {
    const { authenticator } = await deleted('operator');
    expect(isRefused((await signInWith(authenticator)).page)).toBe(true);
  });
});

test('only a credential that does not exist here is named to the browser as unknown', async () => {
  const { authenticator, person } = await withPasskey();
  const id = authenticator.credentialId.toString('base64url');
  await server.context.database
    .sql('accounts')
    .where({ id: person.id })
    .update({ status: 'disabled', disabled_at: new Date() });
  const disabled = await signInWith(authenticator);
  expect([isRefused(disabled.page), disabled.page.body.includes('data-unknown')]).toEqual([true, false]);
  await server.database.pool.query('DELETE FROM passkeys WHERE account_id = $1', [person.id]);
  const { page } = await signInWith(authenticator);
  expect(isRefused(page)).toBe(true);
  expect(page.body).toContain(`data-domain="localhost" data-unknown="${id}"`);
});
