import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { SoftwareAuthenticator } from '../../harness/factors/software-authenticator.js';
import { allow, passkeyOptions, redeem } from '../../harness/factors/second-factors.js';
import { authorizationRequest, signIn } from '../../harness/protocol/relying-party.js';
import { passkeyFixture, isRefused } from '../../harness/factors/passkey-fixture.js';

const { config, server, withPasskey, signInWith, lastEvent } = await passkeyFixture();

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
