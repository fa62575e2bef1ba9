import { describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { JWT_BEARER, TOKEN_EXCHANGE, TYPE } from '../oidc-exchange/exchange-fixture.js';
import { CHAT, identityAssertionFixture, TYP } from './identity-assertion-fixture.js';

const { asking, assertion, atChat, chat, emailAtChat, idp, isActive, other, person, redeem } =
  await identityAssertionFixture();
const atIdp = await idp.register({
  grant_types: ['authorization_code', 'refresh_token', TOKEN_EXCHANGE],
  token_exchange: [
    {
      audience: chat.issuer,
      scopes: ['chat.read', 'chat.write'],
      subject: 'own',
      client_id: atChat.client_id,
    },
  ],
});

const ask = (parameters: Record<string, string>, by = atIdp) => {
  const form = {
    grant_type: TOKEN_EXCHANGE,
    requested_token_type: `${TYPE}id-jag`,
    subject_token_type: `${TYPE}id_token`,
    audience: chat.issuer,
    ...parameters,
  };
  return postForm(`${idp.origin}/oauth2/token`, form, basic(by));
};
const idToken = async () => String((await obtainTokens(await relyingParty(idp, atIdp), person)).id_token);

test('an identity provider asserts who the person is, and the other server gives the client a token of them', async () => {
  const answer = await ask({ subject_token: await idToken(), scope: 'chat.read', resource: CHAT });
  expect(answer.body).toMatchObject({
    issued_token_type: `${TYPE}id-jag`,
    token_type: 'N_A',
    scope: 'chat.read',
  });
  expect(Number(answer.body['expires_in'])).toBeLessThanOrEqual(300);
  const jag = String(answer.body['access_token']);
  const keys = createRemoteJWKSet(new URL(`${idp.issuer}/oauth2/jwks`));
  const { payload } = await jwtVerify(jag, keys, { issuer: idp.issuer, audience: chat.issuer, ...TYP });
  expect(payload).toMatchObject({
    sub: person.id,
    client_id: atChat.client_id,
    scope: 'chat.read',
    resource: CHAT,
    jti: expect.any(String),
  });

  const insecure = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(chat.issuer);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  expect(as['authorization_grant_profiles_supported']).toEqual([
    'urn:ietf:params:oauth:grant-profile:id-jag',
  ]);
  const client = { client_id: atChat.client_id };
  const secret = oauth.ClientSecretBasic(atChat.client_secret);
  const sent = await oauth.genericTokenEndpointRequest(
    as,
    client,
    secret,
    JWT_BEARER,
    { assertion: jag },
    insecure,
  );
  const tokens = await oauth.processGenericTokenEndpointResponse(as, client, sent);
  expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'chat.read' });
  expect(tokens.refresh_token).toBeUndefined();
  const seen = await postForm(
    `${other.origin}/oauth2/introspect`,
    { token: tokens.access_token },
    basic(atChat),
  );
  expect(seen.body).toMatchObject({ active: true, sub: person.id, client_id: atChat.client_id, aud: CHAT });
  expect((await redeem(jag, atChat, {}, other)).body['error']).toBe('invalid_grant');
  // The server that made it does not take it.
  const bearer = await idp.register({ grant_types: [JWT_BEARER], redirect_uris: [] });
  const own = await postForm(
    `${idp.origin}/oauth2/token`,
    { grant_type: JWT_BEARER, assertion: jag },
    basic(bearer),
  );
  expect(own.body['error']).toBe('invalid_grant');

  const taken = await callAdmin(chat, 'DELETE', `/accounts/${person.id}/grants/${atChat.client_id}`);
  expect(taken.status).toBe(204);
  expect(await isActive(tokens.access_token)).toBe(false);
});

test('a client that is not first-party gets what the person has allowed it', async () => {
  const claims = { client_id: asking.client_id };
  const refused = await redeem(await assertion(claims), asking);
  expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_grant']);
  const there = { ...person, email: emailAtChat };
  const scope = 'openid chat.read';
  await obtainTokens(await relyingParty(chat, asking), there, { scope, resource: CHAT });
  const answer = await redeem(await assertion(claims), asking);
  expect([answer.status, answer.body['scope']]).toEqual([200, 'chat.read']);
});

describe('the identity provider refuses', () => {
  test('what is no ID token of this client, other servers and scopes, and actors', async () => {
    const subject_token = await idToken();
    const { access_token } = await obtainTokens(await relyingParty(idp, atIdp), person);
    const stranger = await idp.register({
      grant_types: [TOKEN_EXCHANGE],
      token_exchange: [{ audience: chat.issuer, scopes: ['chat.read'], subject: 'own', client_id: 'x' }],
    });
    const errorOf = async (parameters: Record<string, string>, by = atIdp) =>
      (await ask(parameters, by)).body['error'];
    expect(await errorOf({ subject_token }, stranger)).toBe('invalid_request');
    expect(await errorOf({ subject_token: access_token, subject_token_type: `${TYPE}access_token` })).toBe(
      'invalid_request',
    );
    expect(await errorOf({ subject_token: access_token })).toBe('invalid_request');
    const actor = { actor_token: access_token, actor_token_type: `${TYPE}access_token` };
    expect(await errorOf({ subject_token, ...actor })).toBe('invalid_request');
    expect(await errorOf({ subject_token, audience: 'https://another.example' })).toBe('invalid_target');
    expect(await errorOf({ subject_token, resource: 'no uri' })).toBe('invalid_target');
    expect(await errorOf({ subject_token, scope: 'chat.admin' })).toBe('invalid_scope');
    expect(await errorOf({ subject_token, requested_token_type: `${TYPE}access_token` })).toBe(
      'invalid_target',
    );
  });
});
