import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import * as oidc from 'openid-client';
import { callAdmin, newOrganization } from '../../harness/admin/admin-caller.js';
import { reportOf } from '../../harness/admin/usage.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { dpopProof } from '../../harness/protocol/dpop-proof.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { ApiTokens, ORDERS, STOCK } from '../oidc-resources/api-tokens.js';
import { exchange, personTokens, registerService, RULES, TOKEN_EXCHANGE, TYPE } from './exchange-fixture.js';

let apis: ApiTokens;
let server: TestServer;
let other: TestServer;
let service: RegisteredClient;
beforeAll(async () => {
  apis = await ApiTokens.create();
  ({ server } = apis);
  other = await startTestServer({ nodeOf: server });
  service = await registerService(apis);
});
afterAll(async () => {
  await other.close();
  await server.close();
});

/** What a node says of a token to the service. */
async function introspected(token: unknown, node = server, caller = service) {
  const url = `${node.origin}/oauth2/introspect`;
  return (await postForm(url, { token: String(token) }, basic(caller))).body;
}
const ownToken = async (of = service) =>
  String((await apis.ask({ grant_type: 'client_credentials' }, of)).body['access_token']);

describe('a token of a person', () => {
  test('is exchanged for another API, of the client that asks and for no longer', async () => {
    const { orders, stock } = await personTokens(apis);
    const config = await relyingParty(server, service);
    const answer = await oidc.genericGrantRequest(config, TOKEN_EXCHANGE, {
      subject_token: orders,
      subject_token_type: `${TYPE}access_token`,
      audience: STOCK,
    });
    expect(answer).toMatchObject({
      issued_token_type: `${TYPE}access_token`,
      token_type: 'bearer',
      scope: 'stock.read',
    });
    expect(answer).not.toHaveProperty('refresh_token');
    expect(answer).not.toHaveProperty('id_token');
    const seen = await introspected(answer.access_token, other);
    expect(seen).toMatchObject({
      active: true,
      sub: apis.person.id,
      client_id: service.client_id,
      grant_client_id: apis.client.client_id,
      aud: STOCK,
    });
    expect(seen).not.toHaveProperty('act');
    expect(Number(seen['exp'])).toBeLessThanOrEqual(decodeJwt(orders).exp ?? 0);

    const back = await exchange(apis, service, { subject_token: stock, audience: ORDERS });
    expect(back.body).toMatchObject({ scope: 'orders.read' });
    const { payload } = await apis.verify(back.body['access_token'], ORDERS);
    expect(payload).toMatchObject({
      sub: apis.person.id,
      client_id: service.client_id,
      scope: 'orders.read',
    });
    expect(payload['grant_id']).toBe(decodeJwt(orders)['grant_id']);
    expect(await introspected(back.body['access_token'])).toMatchObject({ active: true });
  });

  test('is exchanged by oauth4webapi, by resource, as JWT', async () => {
    const { orders } = await personTokens(apis);
    const issuer = new URL(server.issuer);
    const insecure = { [oauth.allowInsecureRequests]: true };
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    expect(as.grant_types_supported).toContain(TOKEN_EXCHANGE);
    const client = { client_id: service.client_id };
    const parameters = {
      subject_token: orders,
      subject_token_type: `${TYPE}access_token`,
      requested_token_type: `${TYPE}jwt`,
      resource: ORDERS,
    };
    const secret = oauth.ClientSecretBasic(service.client_secret);
    const response = await oauth.genericTokenEndpointRequest(
      as,
      client,
      secret,
      TOKEN_EXCHANGE,
      parameters,
      insecure,
    );
    const result = await oauth.processGenericTokenEndpointResponse(as, client, response);
    expect(result).toMatchObject({ issued_token_type: `${TYPE}jwt`, scope: 'orders.read' });
  });

  test('and counts in the usage of the client that asks', async () => {
    const counted = await registerService(apis);
    const { orders } = await personTokens(apis);
    await exchange(apis, counted, { subject_token: orders, audience: STOCK });
    await exchange(apis, counted, { subject_token: 'unknown', audience: STOCK });
    await server.context.usage.flush();
    const { total } = await reportOf(server, counted);
    expect(total).toMatchObject({
      tokens: { [TOKEN_EXCHANGE]: 1 },
      failures: { invalid_request: 1 },
      people: 1,
    });
    expect(server.logs()).not.toContain(orders);
  });

  test('and its ID token, within what the person allowed', async () => {
    const { id } = await personTokens(apis);
    const answer = await exchange(apis, service, {
      subject_token: id,
      subject_token_type: `${TYPE}id_token`,
      audience: ORDERS,
      scope: 'orders.read',
    });
    expect([answer.status, answer.body['scope']]).toEqual([200, 'orders.read']);
    const { auth_time: authTime } = decodeJwt(id);
    const { payload } = await apis.verify(answer.body['access_token'], ORDERS);
    expect(payload).toMatchObject({ sub: apis.person.id, ...(authTime ? { auth_time: authTime } : {}) });
  });

  test('names its actors, one in the other, at most four', async () => {
    const services = await Promise.all(Array.from({ length: 5 }, () => registerService(apis)));
    let { stock: token } = await personTokens(apis);
    const answers = [];
    for (const each of services) {
      const answer = await exchange(apis, each, {
        subject_token: token,
        audience: STOCK,
        actor_token: await ownToken(each),
        actor_token_type: `${TYPE}access_token`,
      });
      answers.push(answer);
      token = String(answer.body['access_token']);
    }
    const names = services.map(({ client_id }) => client_id);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 400]);
    const last = await introspected(answers[3]?.body['access_token']);
    expect(last['act']).toEqual({
      sub: names[3],
      act: { sub: names[2], act: { sub: names[1], act: { sub: names[0] } } },
    });
  });
});

describe('an exchanged token ends', () => {
  const obtain = async (client = apis.client, person = apis.person) => {
    const tokens = await personTokens(apis, client, person);
    const form = { subject_token: tokens.orders };
    const opaque = (await exchange(apis, service, { ...form, audience: STOCK })).body['access_token'];
    const jwt = (await exchange(apis, service, { ...form, audience: ORDERS })).body['access_token'];
    for (const token of [opaque, jwt])
      expect(await introspected(token, other)).toMatchObject({ active: true });
    const chained = await exchange(apis, service, { subject_token: String(opaque), audience: ORDERS });
    return { ...tokens, issued: [opaque, jwt, chained.body['access_token']] };
  };
  const expectEnded = async (tokens: unknown[]) => {
    for (const token of tokens) expect(await introspected(token, other)).toEqual({ active: false });
    const again = await exchange(apis, service, { subject_token: String(tokens[0]), audience: ORDERS });
    expect([again.status, again.body['error']]).toEqual([400, 'invalid_request']);
  };

  test('with the consent, on every node', async () => {
    const { issued } = await obtain();
    const path = `/accounts/${apis.person.id}/grants/${apis.client.client_id}`;
    expect((await callAdmin(server, 'DELETE', path)).status).toBe(204);
    await expectEnded(issued);
  });

  test('with the refresh token of the subject, which its client revokes', async () => {
    const { config, issued, refresh } = await obtain();
    await oidc.tokenRevocation(config, refresh);
    await expectEnded(issued);
  });

  test('with the account', async () => {
    const person = await server.person();
    const { issued } = await obtain(apis.client, person);
    expect((await callAdmin(server, 'POST', `/accounts/${person.id}/disable`)).status).toBe(200);
    await expectEnded(issued);
  });

  test('with the client of the subject', async () => {
    const client = await server.register({ scopes: ['orders.read', 'stock.read'] });
    const { issued } = await obtain(client);
    expect((await server.admin('DELETE', `/${client.id}`)).status).toBe(204);
    await expectEnded(issued);
  });

  test('with the rule that it was exchanged by', async () => {
    const once = await registerService(apis);
    const { orders } = await personTokens(apis);
    const { body } = await exchange(apis, once, { subject_token: orders, audience: STOCK });
    const narrowed = await server.admin('PATCH', `/${once.id}`, { token_exchange: RULES.slice(1) });
    expect(narrowed.status).toBe(200);
    expect(await introspected(body['access_token'])).toEqual({ active: false });
  });

  test('alone, when its own client revokes it', async () => {
    const { issued, orders, stock } = await obtain();
    const [opaque] = issued;
    const headers = { authorization: `Bearer ${String(opaque)}` };
    expect((await fetch(`${server.origin}/oauth2/userinfo`, { headers })).status).toBe(403);
    await postForm(`${server.origin}/oauth2/revoke`, { token: String(opaque) }, basic(service));
    expect(await introspected(opaque)).toEqual({ active: false });
    for (const token of [orders, stock]) expect(await introspected(token)).toMatchObject({ active: true });
  });
});

describe('refused', () => {
  const INVALID = [400, 'invalid_request'];
  const ask = async (parameters: Record<string, string>, by = service) => {
    const { status, body } = await exchange(apis, by, { audience: STOCK, ...parameters });
    return [status, body['error']];
  };

  test('are tokens that are unknown, of another type, too long, or no token of a person', async () => {
    const { orders, refresh, id } = await personTokens(apis);
    const forged = `${orders.slice(0, -8)}AAAAAAAA`;
    for (const token of [
      'unknown',
      'a.b.c',
      forged,
      refresh,
      await ownToken(),
      'x'.repeat(17_000),
      await server.adminToken(),
    ])
      expect(await ask({ subject_token: token })).toEqual(INVALID);
    for (const [token, type] of [
      [id, 'access_token'],
      [orders, 'id_token'],
      [orders, 'jwt'],
      [refresh, 'refresh_token'],
      [orders, 'saml2'],
    ] as const)
      expect(await ask({ subject_token: token, subject_token_type: TYPE + type })).toEqual(INVALID);
    expect(await ask({ subject_token: orders, subject_token_type: '' })).toEqual(INVALID);
    expect(await ask({})).toEqual(INVALID);
    expect(await ask({ subject_token: orders, requested_token_type: `${TYPE}refresh_token` })).toEqual(
      INVALID,
    );
    expect(await ask({ subject_token: orders, requested_token_type: `${TYPE}jwt` })).toEqual(INVALID);
    const url = `${server.origin}/oauth2/token`;
    const twice: [string, string][] = [
      ['grant_type', TOKEN_EXCHANGE],
      ['subject_token', orders],
      ['subject_token', orders],
      ['subject_token_type', `${TYPE}access_token`],
    ];
    expect((await postForm(url, twice, basic(service))).body['error']).toBe('invalid_request');
  });

  test('are tokens that have expired', async () => {
    const { orders } = await personTokens(apis);
    const { exp = 0 } = decodeJwt(orders);
    const jwks = await server.context.keys.load();
    expect(jwks.signing.length).toBeGreaterThan(0);
    // Tokens for stock live 45 s; a row that has expired is as good as none.
    const { stock } = await personTokens(apis);
    await server.database.pool.query(
      "UPDATE artifacts SET payload = jsonb_set(payload, '{exp}', to_jsonb(extract(epoch FROM now())::int - 1)) WHERE model = 2",
    );
    expect(await ask({ subject_token: stock, audience: ORDERS })).toEqual(INVALID);
    expect(exp).toBeGreaterThan(0);
  });

  test('are audiences and scopes outside the rules, the token and the consent', async () => {
    const { orders, stock } = await personTokens(apis);
    for (const audience of ['urn:example:notes', 'https://unknown.example', `${server.issuer}/admin`, ''])
      expect(await ask({ subject_token: orders, audience })).toEqual([400, 'invalid_target']);
    expect(await ask({ subject_token: orders, audience: STOCK, resource: ORDERS })).toEqual([
      400,
      'invalid_target',
    ]);
    for (const scope of ['orders.write', 'stock.read', 'openid', 'unknown'])
      expect(await ask({ subject_token: stock, audience: ORDERS, scope })).toEqual([400, 'invalid_scope']);
    // Another consent allows more; this token has less.
    const narrow = await exchange(apis, service, {
      subject_token: orders,
      audience: ORDERS,
      scope: 'orders.read',
    });
    expect(
      await ask({
        subject_token: String(narrow.body['access_token']),
        audience: ORDERS,
        scope: 'orders.write',
      }),
    ).toEqual([400, 'invalid_scope']);
  });

  test('are tokens of other clients by a rule for its own, and everything without the grant type', async () => {
    const rules = RULES.map((rule) => ({ ...rule, subject: 'own' }));
    const own = await registerService(apis, { token_exchange: rules });
    const { orders } = await personTokens(apis);
    expect(await ask({ subject_token: orders }, own)).toEqual(INVALID);
    const app = await server.register({
      grant_types: ['authorization_code', 'refresh_token', TOKEN_EXCHANGE],
      scopes: ['orders.read', 'stock.read'],
      token_exchange: rules,
    });
    const mine = await personTokens(apis, app);
    expect(await ask({ subject_token: mine.orders }, app)).toEqual([200, undefined]);
    expect(await ask({ subject_token: orders }, apis.client)).toEqual([400, 'unauthorized_client']);
  });

  test('are actors that are someone else, or delegated themselves', async () => {
    const { orders } = await personTokens(apis);
    const actor_token_type = `${TYPE}access_token`;
    const stranger = await registerService(apis);
    expect(
      await ask({ subject_token: orders, actor_token: await ownToken(stranger), actor_token_type }),
    ).toEqual(INVALID);
    expect(await ask({ subject_token: orders, actor_token: 'unknown', actor_token_type })).toEqual(INVALID);
    expect(await ask({ subject_token: orders, actor_token: await ownToken() })).toEqual(INVALID);
    const delegated = await exchange(apis, service, {
      subject_token: orders,
      audience: STOCK,
      actor_token: await ownToken(),
      actor_token_type,
    });
    const actor_token = String(delegated.body['access_token']);
    expect(await ask({ subject_token: orders, actor_token, actor_token_type })).toEqual(INVALID);
  });

  test('are tokens of another organization, unless they are for an API of its own', async () => {
    const { project } = await newOrganization(server, 'acme', { membership_open: true });
    const made = await callAdmin<RegisteredClient>(server, 'POST', `${project}/oauth_clients`, {
      client_name: 'Acme service',
      grant_types: [TOKEN_EXCHANGE, 'client_credentials'],
      token_exchange: RULES,
    });
    expect(made.status).toBe(201);
    const { orders } = await personTokens(apis);
    const theirs = made.body;
    expect(await ask({ subject_token: orders }, theirs)).toEqual(INVALID);
    const { body } = await callAdmin(server, 'GET', '/orgs/acme');
    const owner = await callAdmin(server, 'PATCH', `/apis/${apis.ordersId}`, { org_id: body['id'] });
    expect(owner.status).toBe(200);
    expect(await ask({ subject_token: orders }, theirs)).toEqual([200, undefined]);
    // Not for people who are no members.
    await callAdmin(server, 'PATCH', '/orgs/acme', { membership_open: false });
    expect(await ask({ subject_token: orders }, theirs)).toEqual(INVALID);
    await callAdmin(server, 'PATCH', `/apis/${apis.ordersId}`, { org_id: null });
  });
});

test('a bound token takes a proof of its key, and what comes is bound to it', async () => {
  const keys = await oidc.randomDPoPKeyPair('ES256', { extractable: true });
  const stranger = await oidc.randomDPoPKeyPair('ES256', { extractable: true });
  const app = await server.register({
    grant_types: ['authorization_code', 'refresh_token', TOKEN_EXCHANGE],
    scopes: ['orders.read', 'stock.read'],
    token_exchange: RULES,
  });
  const { config, refresh } = await personTokens(apis, app);
  const DPoP = oidc.getDPoPHandle(config, keys);
  const bound = await oidc.refreshTokenGrant(config, refresh, { resource: STOCK }, { DPoP });
  const subject = { subject_token: bound.access_token, audience: ORDERS };
  const proof = async (of: typeof keys) => ({
    dpop: await dpopProof(of, 'POST', `${server.issuer}/oauth2/token`),
  });
  expect((await exchange(apis, app, subject)).body['error']).toBe('invalid_request');
  expect((await exchange(apis, app, subject, await proof(stranger))).body['error']).toBe('invalid_request');
  const answer = await exchange(apis, app, subject, await proof(keys));
  expect([answer.status, answer.body['token_type']]).toEqual([200, 'DPoP']);
  const { cnf } = decodeJwt(String(answer.body['access_token']));
  expect(cnf).toEqual((await introspected(bound.access_token, server, app))['cnf']);
});
