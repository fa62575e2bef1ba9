import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import * as oidc from 'openid-client';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { reportOf } from '../../harness/admin/usage.js';
import { dpopProof } from '../../harness/protocol/dpop-proof.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
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

const { apis, introspected, other, ownToken, server, service } = await exchangeFixture();

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
