import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { startTokenIssuer } from '../../harness/outside/token-issuer.js';
import { postForm } from '../../harness/protocol/wire.js';
import { JWT_BEARER } from '../oidc-exchange/exchange-fixture.js';
import { CHAT, identityAssertionFixture, TYP } from './identity-assertion-fixture.js';

const { asking, assertion, atChat, chat, emailAtChat, isActive, other, outside, person, redeem } =
  await identityAssertionFixture();

describe('the other server refuses', () => {
  test('assertions of others, for others, about nobody, and what they do not say', async () => {
    const now = Math.floor(Date.now() / 1000);
    const stranger = await startTokenIssuer();
    const foreign = {
      aud: chat.issuer,
      client_id: atChat.client_id,
      jti: '1',
      scope: 'chat.read',
      resource: CHAT,
    };
    const bad = [
      await stranger.sign({ ...foreign, sub: person.id }, TYP),
      await stranger.sign({ ...foreign, sub: 'x', aud_sub: person.id, iss: outside.issuer }, TYP),
      await assertion({ client_id: asking.client_id }),
      await assertion({ client_id: undefined }),
      await assertion({ aud: 'https://another.example' }),
      await assertion({ aud: [chat.issuer, 'https://another.example'] }),
      await assertion({ jti: undefined }),
      await assertion({ aud_sub: undefined, sub: person.id }),
      await assertion({ aud_sub: randomUUID() }),
      await assertion({ aud_sub: emailAtChat }),
      await assertion({ aud_sub: undefined, email: emailAtChat, email_verified: true }),
      await assertion({ exp: now - 120, iat: now - 400 }),
      await assertion({ exp: now + 8_000 }),
      await assertion({}, {}),
      await assertion({}, { typ: 'JWT' }),
    ];
    for (const one of bad) {
      const { status, body } = await redeem(one);
      expect([status, body['error']]).toEqual([400, 'invalid_grant']);
    }
    await stranger.close();
  });

  test('other scopes and APIs than those of the assertion and the client, and public clients', async () => {
    const errorOf = async (claims: Record<string, unknown>, more: Record<string, string> = {}) =>
      (await redeem(await assertion(claims), atChat, more)).body['error'];
    expect(await errorOf({ scope: 'chat.write' })).toBe('invalid_scope');
    expect(await errorOf({ scope: undefined })).toBe('invalid_scope');
    expect(await errorOf({}, { scope: 'chat.write' })).toBe('invalid_scope');
    expect(await errorOf({ resource: undefined })).toBe('invalid_target');
    expect(await errorOf({ resource: 'https://another.example' })).toBe('invalid_target');
    expect(await errorOf({}, { resource: `${chat.issuer}/admin` })).toBe('invalid_target');
    expect(await errorOf({ resource: `${chat.issuer}/admin`, scope: 'clients.read' })).toBe('invalid_target');
    const app = await chat.register({
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', JWT_BEARER],
      scopes: ['chat.read'],
      trusted_issuers: [{ issuer: outside.issuer, subject: 'employee-*' }],
    });
    const form = { grant_type: JWT_BEARER, client_id: app.client_id };
    const sent = { ...form, assertion: await assertion({ client_id: app.client_id }) };
    expect((await postForm(`${chat.origin}/oauth2/token`, sent)).body['error']).toBe('invalid_grant');
  });

  test('one that was used before, and all but one of those that come at once', async () => {
    const one = await assertion();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => redeem(one, atChat, {}, index % 2 ? chat : other)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const token = answers.find(({ status }) => status === 200)?.body['access_token'];
    expect(await isActive(token)).toBe(true);
    const path = `/accounts/${person.id}/grants`;
    const clientIds = async () =>
      (await callAdmin<{ data: { client_id: string }[] }>(chat, 'GET', path)).body.data.map(
        ({ client_id }) => client_id,
      );
    expect(await clientIds()).toContain(atChat.client_id);
    expect((await callAdmin(chat, 'DELETE', `${path}/${atChat.client_id}`)).status).toBe(204);
    expect((await redeem(one)).body['error']).toBe('invalid_grant');
    expect(await clientIds()).not.toContain(atChat.client_id);
    expect((await callAdmin(chat, 'POST', `/accounts/${person.id}/disable`)).status).toBe(200);
    expect(await isActive(token)).toBe(false);
    expect((await redeem(await assertion())).body['error']).toBe('invalid_grant');
    expect(decodeJwt(one).sub).toBe('employee-7');
  });
});
