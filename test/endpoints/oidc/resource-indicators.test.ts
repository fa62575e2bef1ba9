import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { makeApi } from '../../harness/admin/catalogue.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { authorizationRequest, relyingParty, signInAndAllow } from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const ORDERS = 'https://orders.example/v1';
const STOCK = 'https://stock.example';
const NOTES = 'urn:example:notes';

let server: TestServer;
let client: RegisteredClient;
let config: oidc.Configuration;
let person: { id: string; email: string; password: string };
let ordersId: string;
beforeAll(async () => {
  server = await startTestServer();
  const es256 = { audience: ORDERS, signing_alg: 'ES256', access_token_ttl: 90 };
  ordersId = await makeApi(server, es256, ['orders.read', 'orders.write', 'orders.admin']);
  await makeApi(server, { audience: STOCK, access_token_format: 'opaque', access_token_ttl: 45 }, [
    'stock.read',
  ]);
  await makeApi(server, { audience: NOTES }, ['notes.read']);
  client = await server.register({ scopes: ['email', 'orders.read', 'orders.write', 'stock.read'] });
  config = await relyingParty(server, client);
  person = await server.person();
});
afterAll(() => server.close());

const tokenAt = (form: Record<string, string> | [string, string][], of = client) =>
  postForm(`${server.issuer}/oauth2/token`, form, basic(of));
const verified = (token: unknown, audience: string) =>
  jwtVerify(String(token), createRemoteJWKSet(new URL(`${server.issuer}/oauth2/jwks`)), {
    issuer: server.issuer,
    audience,
    typ: 'at+jwt',
  });

describe('the slash of an empty path (RFC 3986 section 6.2.3)', () => {
  test.each([
    ['https://slash.example', 'https://slash.example/'],
    ['https://noslash.example/', 'https://noslash.example'],
  ])('an API registered as %s is %s, too', async (audience, other) => {
    const name = audience.split('.')[0]?.slice(8) ?? '';
    await makeApi(server, { audience }, [`${name}.read`]);
    const grants = ['authorization_code', 'refresh_token', 'client_credentials'];
    const mixed = await server.register({ grant_types: grants, scopes: [`${name}.read`] });
    const scope = `openid offline_access ${name}.read`;
    const machine = await tokenAt(
      { grant_type: 'client_credentials', scope: `${name}.read`, resource: other },
      mixed,
    );
    expect(machine.status).toBe(200);
    await verified(machine.body['access_token'], audience);
    const rp = await relyingParty(server, mixed);
    for (const [asked, redeemed] of [
      [other, audience],
      [audience, other],
      [other, other],
    ] as const) {
      const { form } = await obtainCode(rp, person, { scope, resource: asked });
      const { body, status } = await tokenAt({ ...form, resource: redeemed }, mixed);
      expect([status, body['error']]).toEqual([200, undefined]);
      await verified(body['access_token'], audience);
      const refresh = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
      const fresh = await tokenAt({ ...refresh, resource: asked }, mixed);
      await verified(fresh.body['access_token'], audience);
    }
  });

  test('cannot make two APIs, and a path is compared as it is', async () => {
    await makeApi(server, { audience: 'https://one.example' }, []);
    const body = { name: 'Two', audience: 'https://one.example/' };
    const { status } = await callAdmin(server, 'POST', '/apis', body);
    expect(status).toBe(409);
    const form = { grant_type: 'client_credentials', scope: 'orders.read', resource: `${ORDERS}/` };
    const machine = await server.register({ grant_types: ['client_credentials'], scopes: ['orders.read'] });
    expect((await tokenAt(form, machine)).body).toMatchObject({ error: 'invalid_target' });
  });
});

test('an API may have access tokens of the type JWT, from the next token on', async () => {
  const audience = 'https://spring.example/v1';
  const id = await makeApi(server, { audience, access_token_typ: 'JWT' }, ['spring.read']);
  const machine = await server.register({ grant_types: ['client_credentials'], scopes: ['spring.read'] });
  const form = { grant_type: 'client_credentials', scope: 'spring.read', resource: audience };
  const typ = async () =>
    decodeProtectedHeader(String((await tokenAt(form, machine)).body['access_token'])).typ;
  expect(await typ()).toBe('JWT');
  const body = { access_token_typ: null };
  expect(await callAdmin(server, 'PATCH', `/apis/${id}`, body)).toMatchObject({
    status: 200,
    body: { access_token_typ: 'at+jwt' },
  });
  expect(await typ()).toBe('at+jwt');
});

describe('an access token for an API', () => {
  test('is a JWT as RFC 9068 has it, in the algorithm and for the time that the API says', async () => {
    const scope = 'openid orders.read stock.read';
    const { form } = await obtainCode(config, person, { scope, resource: ORDERS });
    const { status, body } = await tokenAt({ ...form, resource: ORDERS });
    expect([status, body['expires_in'], body['scope']]).toEqual([200, 90, 'orders.read']);
    const { payload, protectedHeader } = await verified(body['access_token'], ORDERS);
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(protectedHeader.kid).toEqual(expect.any(String));
    expect(payload).toMatchObject({ sub: person.id, client_id: client.client_id, scope: 'orders.read' });
    expect(payload.jti).toEqual(expect.any(String));
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(90);
  });

  test('is signed with RS256 and lives as long as others unless the API says otherwise', async () => {
    const machine = await server.register({ grant_types: ['client_credentials'], scopes: ['notes.read'] });
    const form = { grant_type: 'client_credentials', scope: 'notes.read', resource: NOTES };
    const { body } = await tokenAt(form, machine);
    expect(body['expires_in']).toBe(600);
    const { payload } = await verified(body['access_token'], NOTES);
    expect(decodeProtectedHeader(String(body['access_token'])).alg).toBe('RS256');
    expect(payload).toMatchObject({ sub: machine.client_id, client_id: machine.client_id });
  });

  test('that is opaque shows its audience at introspection, and userinfo refuses it', async () => {
    const { form } = await obtainCode(config, person, { scope: 'openid stock.read', resource: STOCK });
    const { body } = await tokenAt({ ...form, resource: STOCK });
    const token = String(body['access_token']);
    expect(body['expires_in']).toBe(45);
    expect(await oidc.tokenIntrospection(config, token)).toMatchObject({
      active: true,
      aud: STOCK,
      scope: 'stock.read',
      sub: person.id,
    });
    const userinfo = await fetch(`${server.issuer}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(userinfo.ok).toBe(false);
  });
});

describe('the audience is what was consented to', () => {
  test.each([
    ['another API that the client may use', STOCK],
    ['an API that it may not use', NOTES],
    ['an API that does not exist', 'https://nowhere.example'],
    ['the admin API', '<issuer>/admin'],
    ['the same host in other letters', 'https://ORDERS.example/v1'],
  ])('and never %s that only the token request names', async (_what, resource) => {
    const { form } = await obtainCode(config, person, { scope: 'openid orders.read', resource: ORDERS });
    const { status, body } = await tokenAt({
      ...form,
      resource: resource.replace('<issuer>', server.issuer),
    });
    expect([status, body['error']]).toEqual([400, 'invalid_target']);
  });

  test('so an API that was named without a scope of it gets no token, whatever was allowed before', async () => {
    const { form } = await obtainCode(config, person, { scope: 'openid orders.read', resource: ORDERS });
    expect((await tokenAt({ ...form, resource: ORDERS })).status).toBe(200);
    const later = await obtainCode(config, person, { scope: 'openid email', resource: ORDERS });
    const { body } = await tokenAt({ ...later.form, resource: ORDERS });
    expect(body['error']).toBe('invalid_target');
  });

  test('so several APIs are named once, and each token is for one of them', async () => {
    const scope = 'openid offline_access orders.read stock.read';
    const request = await authorizationRequest(config, { scope, resource: ORDERS });
    request.url.searchParams.append('resource', STOCK);
    const callback = await signInAndAllow(request, person);
    const tokens = await oidc.authorizationCodeGrant(config, callback, request.checks, { resource: ORDERS });
    expect((await verified(tokens.access_token, ORDERS)).payload['scope']).toBe('orders.read');

    const refreshed = await oidc.refreshTokenGrant(config, String(tokens.refresh_token), { resource: STOCK });
    expect(await oidc.tokenIntrospection(config, refreshed.access_token)).toMatchObject({
      aud: STOCK,
      scope: 'stock.read',
    });
    const both: [string, string][] = [
      ['grant_type', 'refresh_token'],
      ['refresh_token', String(refreshed.refresh_token)],
      ['resource', ORDERS],
      ['resource', STOCK],
    ];
    expect((await tokenAt(both)).body['error']).toBe('invalid_target');
  });

  test('also when a refresh token is used', async () => {
    const scope = 'openid offline_access orders.read';
    const { form } = await obtainCode(config, person, { scope, resource: ORDERS });
    const { body } = await tokenAt({ ...form, resource: ORDERS });
    const refresh = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
    expect((await tokenAt({ ...refresh, resource: STOCK })).body['error']).toBe('invalid_target');
  });

  test('and what was issued ends when the client loses a scope', async () => {
    const losing = await server.register({ scopes: ['orders.read', 'orders.write'] });
    const scope = 'openid offline_access orders.read orders.write';
    const { form } = await obtainCode(await relyingParty(server, losing), person, {
      scope,
      resource: ORDERS,
    });
    const { body } = await tokenAt({ ...form, resource: ORDERS }, losing);
    expect(body['scope']).toBe('orders.read orders.write');
    await server.admin('PATCH', `/${losing.id}`, { scopes: ['orders.read'] });
    const refresh = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
    expect((await tokenAt({ ...refresh, resource: ORDERS }, losing)).body['error']).toBe('invalid_grant');
  });
});

describe('the authorization endpoint', () => {
  test.each([
    ['does not exist', 'https://nowhere.example'],
    ['has no scope for the client', NOTES],
    ['has a fragment', `${ORDERS}#part`],
    ['is no URI', 'orders'],
  ])('tells the relying party of a resource that %s', async (_what, resource) => {
    const { url } = await authorizationRequest(config, { scope: 'openid orders.read', resource });
    const answer = await fetch(url, { redirect: 'manual' });
    const back = new URL(answer.headers.get('location') ?? '');
    expect(back.origin + back.pathname).toBe('https://rp.example/callback');
    expect(back.searchParams.get('error')).toBe('invalid_target');
  });

  test('grants no scope of an API that the request does not name', async () => {
    const { form } = await obtainCode(config, person, { scope: 'openid email orders.read' });
    const { body } = await tokenAt(form);
    expect(body['scope']).toBe('openid email');
    expect(await oidc.tokenIntrospection(config, String(body['access_token']))).not.toHaveProperty('aud');
  });
});

describe('a client for itself', () => {
  let machine: RegisteredClient;
  beforeAll(async () => {
    const scopes = ['orders.read', 'stock.read'];
    machine = await server.register({ grant_types: ['client_credentials'], scopes });
  });
  const ask = (...more: [string, string][]) =>
    tokenAt([['grant_type', 'client_credentials'], ...more], machine);

  test.each<[string, [string, string][]]>([
    ['of its scopes there', [['scope', 'orders.read stock.read']]],
    ['of all of them, when it names none', []],
  ])('gets a token of the resource that it names: %s', async (_, scope) => {
    const { body } = await ask(...scope, ['resource', ORDERS]);
    expect(body['scope']).toBe('orders.read');
    expect((await verified(body['access_token'], ORDERS)).payload['scope']).toBe('orders.read');
  });

  test('need not name the only resource of its scopes', async () => {
    const { body } = await ask(['scope', 'orders.read']);
    expect((await verified(body['access_token'], ORDERS)).payload['scope']).toBe('orders.read');
    const one = await server.register({
      grant_types: ['client_credentials'],
      scopes: ['email', 'orders.read', 'orders.write'],
      optional_scopes: ['orders.write'],
    });
    const unasked = await tokenAt([['grant_type', 'client_credentials']], one);
    expect(unasked.body['scope']).toBe('orders.read');
    expect((await verified(unasked.body['access_token'], ORDERS)).payload['scope']).toBe('orders.read');
  });

  test.each<[string, [string, string][]]>([
    ['scopes of several', [['scope', 'orders.read stock.read']]],
    ['no scopes', []],
  ])('is told which resources it has to choose from when it names %s', async (_, scope) => {
    const { status, body } = await ask(...scope);
    expect([status, body['error']]).toEqual([400, 'invalid_target']);
    expect(body['error_description']).toContain(ORDERS);
    expect(body['error_description']).toContain(STOCK);
  });

  test.each<[string, [string, string][]]>([
    ['invalid_scope', [['scope', 'orders.read orders.write']]],
    [
      'invalid_scope',
      [
        ['resource', ORDERS],
        ['scope', 'orders.write'],
      ],
    ],
    [
      'invalid_target',
      [
        ['resource', NOTES],
        ['scope', 'stock.read'],
      ],
    ],
    [
      'invalid_target',
      [
        ['resource', ORDERS],
        ['resource', STOCK],
        ['scope', 'orders.read'],
      ],
    ],
  ])('is answered %s for %j', async (error, form) => {
    const { status, body } = await ask(...form);
    expect([status, body['error']]).toEqual([400, error]);
  });
});

test('a change of an API is in force on every node with the next request', async () => {
  const other = await startTestServer({ nodeOf: server });
  try {
    const ask = async () => {
      const scope = { scope: 'orders.read', resource: ORDERS };
      const machine = await server.register({ grant_types: ['client_credentials'], scopes: ['orders.read'] });
      const form = { grant_type: 'client_credentials', ...scope };
      return (await postForm(`${other.origin}/oauth2/token`, form, basic(machine))).body;
    };
    expect((await ask())['expires_in']).toBe(90);
    await callAdmin(server, 'PATCH', `/apis/${ordersId}`, {
      access_token_ttl: 30,
      access_token_format: 'opaque',
    });
    const after = await ask();
    expect(after['expires_in']).toBe(30);
    expect(String(after['access_token'])).not.toContain('.');
  } finally {
    await other.close();
    await callAdmin(server, 'PATCH', `/apis/${ordersId}`, {
      access_token_ttl: 90,
      access_token_format: 'jwt',
    });
  }
});
