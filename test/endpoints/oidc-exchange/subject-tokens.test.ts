import { afterAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { callAdmin, newOrganization } from '../../harness/admin/admin-caller.js';
import type { RegisteredClient } from '../../harness/nodes/test-server.js';
import { startTokenIssuer } from '../../harness/outside/token-issuer.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { ORDERS, STOCK } from '../oidc-resources/api-tokens.js';
import {
  exchange,
  exchangeFixture,
  personTokens,
  registerService,
  RULES,
  TOKEN_EXCHANGE,
  TYPE,
} from './exchange-fixture.js';

const workload = await startTokenIssuer();
afterAll(() => workload.close());
const { apis, other, ownToken, server, service } = await exchangeFixture();

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

test('a token of a trusted issuer is exchanged for one about its subject', async () => {
  const service = await server.register({
    grant_types: [TOKEN_EXCHANGE, 'client_credentials'],
    redirect_uris: [],
    scopes: ['orders.read', 'stock.read'],
    trusted_issuers: [{ issuer: workload.issuer, subject: 'user-*' }],
    token_exchange: [
      { audience: ORDERS, scopes: ['orders.read'], subject: workload.issuer },
      { audience: STOCK, scopes: ['stock.read'], subject: workload.issuer },
    ],
  });
  const ask = async (claims: Record<string, unknown> = {}, audience = ORDERS, type = 'jwt', header = {}) =>
    exchange(apis, service, {
      subject_token: await workload.sign({ sub: 'user-1', aud: server.issuer, ...claims }, header),
      subject_token_type: TYPE + type,
      audience,
    });
  const jwt = await ask({ act: { sub: 'proxy' } });
  const { payload } = await apis.verify(jwt.body['access_token'], ORDERS);
  expect(payload).toMatchObject({
    sub: `${workload.issuer}|user-1`,
    sub_type: 'outside',
    client_id: service.client_id,
    act: { iss: workload.issuer, sub: 'proxy' },
  });
  const opaque = await ask({ exp: Math.floor(Date.now() / 1000) + 30 }, STOCK, 'id_token');
  expect(Number(opaque.body['expires_in'])).toBeLessThanOrEqual(30);
  for (const token of [jwt, opaque]) {
    const url = `${other.origin}/oauth2/introspect`;
    const seen = await postForm(url, { token: String(token.body['access_token']) }, basic(service));
    expect(seen.body).toMatchObject({ active: true, sub: `${workload.issuer}|user-1` });
    const chained = { subject_token: String(token.body['access_token']), audience: ORDERS };
    expect((await exchange(apis, service, chained)).body['error']).toBe('invalid_request');
  }
  expect((await ask({ may_act: { sub: service.client_id } })).status).toBe(200);
  expect((await ask({ may_act: { client_id: service.client_id, iss: server.issuer } })).status).toBe(200);
  for (const claims of [
    { may_act: { sub: 'someone else' } },
    { may_act: { sub: service.client_id, group: 'x' } },
    { may_act: {} },
    { may_act: 'text' },
    { sub: 'admin' },
    { aud: 'https://another.example' },
    { cnf: { jkt: 'x' } },
    { act: { sub: '1', act: { sub: '2', act: { sub: '3', act: { sub: '4', act: { sub: '5' } } } } } },
  ])
    expect((await ask(claims)).body['error']).toBe('invalid_request');
  for (const [typ, status] of [
    ['application/AT+JWT', 200],
    ['logout+jwt', 400],
    ['oauth-id-jag+jwt', 400],
    ['client-authentication+jwt', 400],
  ] as const)
    expect([typ, (await ask({}, ORDERS, 'jwt', { typ })).status]).toEqual([typ, status]);
});
