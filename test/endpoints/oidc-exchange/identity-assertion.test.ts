import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { makeApi } from '../../harness/admin/catalogue.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { startTokenIssuer, type TokenIssuer } from '../../harness/outside/token-issuer.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { TOKEN_EXCHANGE, TYPE } from './exchange-fixture.js';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const TYP = { typ: 'oauth-id-jag+jwt' };
const CHAT = 'https://chat.example';

/** The identity provider of a company, and another one that is no server of this kind. */
let idp: TestServer;
let outside: TokenIssuer;
/** The authorization server of the chat, which trusts both. */
let chat: TestServer;
let other: TestServer;
let atIdp: RegisteredClient;
let atChat: RegisteredClient;
/** It asks people for consent. */
let asking: RegisteredClient;
let person: Awaited<ReturnType<TestServer['person']>>;
beforeAll(async () => {
  idp = await startTestServer();
  outside = await startTokenIssuer();
  const env = {
    IDENTITY_ISSUERS: JSON.stringify([
      { issuer: idp.issuer, jwks_uri: `${idp.issuer}/oauth2/jwks` },
      { issuer: outside.issuer, jwks_uri: `${outside.issuer}/keys`, account_claim: 'aud_sub' },
    ]),
  };
  chat = await startTestServer({ env });
  other = await startTestServer({ nodeOf: chat, env });
  await makeApi(chat, { audience: CHAT, access_token_format: 'opaque' }, ['chat.read', 'chat.write']);
  const fields = { grant_types: ['authorization_code', JWT_BEARER], scopes: ['chat.read'] };
  atChat = await chat.register({ ...fields, first_party: true });
  asking = await chat.register(fields);
  atIdp = await idp.register({
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
  person = await idp.person();
  // The company gives its people the accounts that they have at the identity provider.
  const { id } = await chat.person();
  await chat.database.pool.query('UPDATE accounts SET id = $1 WHERE id = $2', [person.id, id]);
});
afterAll(async () => {
  await other.close();
  await chat.close();
  await outside.close();
  await idp.close();
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
const redeem = (assertion: string, by = atChat, more: Record<string, string> = {}, node = chat) =>
  postForm(`${node.origin}/oauth2/token`, { grant_type: JWT_BEARER, assertion, ...more }, basic(by));
/** What the other identity provider says of the person. */
const assertion = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = TYP) =>
  outside.sign(
    {
      sub: 'employee-7',
      aud_sub: person.id,
      aud: chat.issuer,
      client_id: atChat.client_id,
      jti: randomUUID(),
      resource: CHAT,
      scope: 'chat.read',
      ...claims,
    },
    header,
  );
const isActive = async (token: unknown) =>
  (await postForm(`${other.origin}/oauth2/introspect`, { token: String(token) }, basic(atChat))).body[
    'active'
  ];

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
  const { rows } = await chat.database.pool.query<{ email: string }>(
    'SELECT email FROM accounts WHERE id = $1',
    [person.id],
  );
  const there = { ...person, email: rows[0]?.email ?? '' };
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

describe('the other server refuses', () => {
  test('assertions of others, for others, about nobody, and what they do not say', async () => {
    const now = Math.floor(Date.now() / 1000);
    const stranger = await startTokenIssuer();
    const { rows } = await chat.database.pool.query<{ email: string }>(
      'SELECT email FROM accounts WHERE id = $1',
      [person.id],
    );
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
      await assertion({ aud_sub: rows[0]?.email }),
      await assertion({ aud_sub: undefined, email: rows[0]?.email, email_verified: true }),
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
