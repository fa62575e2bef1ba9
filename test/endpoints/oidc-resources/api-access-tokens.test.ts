import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import * as oidc from 'openid-client';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { makeApi } from '../../harness/admin/catalogue.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ApiTokens, NOTES, ORDERS, STOCK } from './api-tokens.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

let apis: ApiTokens;
let server: TestServer;
let client: RegisteredClient;
let config: oidc.Configuration;
let person: ApiTokens['person'];
let ordersId: string;
beforeAll(async () => {
  apis = await ApiTokens.create();
  ({ server, client, config, person, ordersId } = apis);
});
afterAll(() => server.close());

describe('an access token for an API', () => {
  test('is a JWT as RFC 9068 has it, in the algorithm and for the time that the API says', async () => {
    const scope = 'openid orders.read stock.read';
    const { form } = await obtainCode(config, person, { scope, resource: ORDERS });
    const { status, body } = await apis.ask({ ...form, resource: ORDERS });
    expect([status, body['expires_in'], body['scope']]).toEqual([200, 90, 'orders.read']);
    const { payload, protectedHeader } = await apis.verify(body['access_token'], ORDERS);
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(protectedHeader.kid).toEqual(expect.any(String));
    expect(payload).toMatchObject({ sub: person.id, client_id: client.client_id, scope: 'orders.read' });
    expect(payload.jti).toEqual(expect.any(String));
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(90);
  });

  test('is signed with RS256 and lives as long as others unless the API says otherwise', async () => {
    const machine = await server.register({ grant_types: ['client_credentials'], scopes: ['notes.read'] });
    const form = { grant_type: 'client_credentials', scope: 'notes.read', resource: NOTES };
    const { body } = await apis.ask(form, machine);
    expect(body['expires_in']).toBe(600);
    const { payload } = await apis.verify(body['access_token'], NOTES);
    expect(decodeProtectedHeader(String(body['access_token'])).alg).toBe('RS256');
    expect(payload).toMatchObject({ sub: machine.client_id, client_id: machine.client_id });
  });

  test('that is opaque shows its audience at introspection, and userinfo refuses it', async () => {
    const { form } = await obtainCode(config, person, { scope: 'openid stock.read', resource: STOCK });
    const { body } = await apis.ask({ ...form, resource: STOCK });
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

test('an API may have access tokens of the type JWT, from the next token on', async () => {
  const audience = 'https://spring.example/v1';
  const id = await makeApi(server, { audience, access_token_typ: 'JWT' }, ['spring.read']);
  const machine = await server.register({ grant_types: ['client_credentials'], scopes: ['spring.read'] });
  const form = { grant_type: 'client_credentials', scope: 'spring.read', resource: audience };
  const typ = async () =>
    decodeProtectedHeader(String((await apis.ask(form, machine)).body['access_token'])).typ;
  expect(await typ()).toBe('JWT');
  const body = { access_token_typ: null };
  expect(await callAdmin(server, 'PATCH', `/apis/${id}`, body)).toMatchObject({
    status: 200,
    body: { access_token_typ: 'at+jwt' },
  });
  expect(await typ()).toBe('at+jwt');
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
    const machine = await apis.ask(
      { grant_type: 'client_credentials', scope: `${name}.read`, resource: other },
      mixed,
    );
    expect(machine.status).toBe(200);
    await apis.verify(machine.body['access_token'], audience);
    const rp = await relyingParty(server, mixed);
    for (const [asked, redeemed] of [
      [other, audience],
      [audience, other],
      [other, other],
    ] as const) {
      const { form } = await obtainCode(rp, person, { scope, resource: asked });
      const { body, status } = await apis.ask({ ...form, resource: redeemed }, mixed);
      expect([status, body['error']]).toEqual([200, undefined]);
      await apis.verify(body['access_token'], audience);
      const refresh = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
      const fresh = await apis.ask({ ...refresh, resource: asked }, mixed);
      await apis.verify(fresh.body['access_token'], audience);
    }
  });

  test('cannot make two APIs, and a path is compared as it is', async () => {
    await makeApi(server, { audience: 'https://one.example' }, []);
    const body = { name: 'Two', audience: 'https://one.example/' };
    const { status } = await callAdmin(server, 'POST', '/apis', body);
    expect(status).toBe(409);
    const form = { grant_type: 'client_credentials', scope: 'orders.read', resource: `${ORDERS}/` };
    const machine = await server.register({ grant_types: ['client_credentials'], scopes: ['orders.read'] });
    expect((await apis.ask(form, machine)).body).toMatchObject({ error: 'invalid_target' });
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
