import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import type { TestServer } from '../../harness/nodes/test-server.js';
import { ApiTokens, NOTES, ORDERS, STOCK } from './api-tokens.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { authorizationRequest, relyingParty, signInAndAllow } from '../../harness/protocol/relying-party.js';

let apis: ApiTokens;
let server: TestServer;
let config: oidc.Configuration;
let person: ApiTokens['person'];
beforeAll(async () => {
  apis = await ApiTokens.create();
  ({ server, config, person } = apis);
});
afterAll(() => server.close());

describe('a client that asks for nothing but scopes of APIs, and names none', () => {
  /** As OAuth clients ask that know no OpenID Connect. */
  const request = async (scope: string) => {
    const asked = await authorizationRequest(config, { scope });
    asked.url.searchParams.delete('nonce');
    return asked;
  };

  test('gets the token of the one API that they belong to', async () => {
    const asked = await request('orders.read');
    const callback = await signInAndAllow(asked, person);
    const { pkceCodeVerifier } = asked.checks;
    const tokens = await oidc.authorizationCodeGrant(config, callback, {
      pkceCodeVerifier,
      expectedState: oidc.skipStateCheck,
    });
    expect((await apis.verify(tokens.access_token, ORDERS)).payload['scope']).toBe('orders.read');
  });

  test('is told at once to name one of several', async () => {
    const { url, redirectUri } = await request('orders.read stock.read');
    const answer = await new UserAgent().open(url.href, {}, redirectUri);
    const { searchParams } = new URL(answer.url);
    expect(searchParams.get('error')).toBe('invalid_target');
    expect(searchParams.get('error_description')).toContain(`${ORDERS}, ${STOCK}`);
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
    const { status, body } = await apis.ask({
      ...form,
      resource: resource.replace('<issuer>', server.issuer),
    });
    expect([status, body['error']]).toEqual([400, 'invalid_target']);
  });

  test('so an API that was named without a scope of it gets no token, whatever was allowed before', async () => {
    const { form } = await obtainCode(config, person, { scope: 'openid orders.read', resource: ORDERS });
    expect((await apis.ask({ ...form, resource: ORDERS })).status).toBe(200);
    const later = await obtainCode(config, person, { scope: 'openid email', resource: ORDERS });
    const { body } = await apis.ask({ ...later.form, resource: ORDERS });
    expect(body['error']).toBe('invalid_target');
  });

  test('so several APIs are named once, and each token is for one of them', async () => {
    const scope = 'openid offline_access orders.read stock.read';
    const request = await authorizationRequest(config, { scope, resource: ORDERS });
    request.url.searchParams.append('resource', STOCK);
    const callback = await signInAndAllow(request, person);
    const tokens = await oidc.authorizationCodeGrant(config, callback, request.checks, { resource: ORDERS });
    expect((await apis.verify(tokens.access_token, ORDERS)).payload['scope']).toBe('orders.read');

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
    expect((await apis.ask(both)).body['error']).toBe('invalid_target');
  });

  test('also when a refresh token is used', async () => {
    const scope = 'openid offline_access orders.read';
    const { form } = await obtainCode(config, person, { scope, resource: ORDERS });
    const { body } = await apis.ask({ ...form, resource: ORDERS });
    const refresh = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
    expect((await apis.ask({ ...refresh, resource: STOCK })).body['error']).toBe('invalid_target');
  });

  test('and what was issued ends when the client loses a scope', async () => {
    const losing = await server.register({ scopes: ['orders.read', 'orders.write'] });
    const scope = 'openid offline_access orders.read orders.write';
    const { form } = await obtainCode(await relyingParty(server, losing), person, {
      scope,
      resource: ORDERS,
    });
    const { body } = await apis.ask({ ...form, resource: ORDERS }, losing);
    expect(body['scope']).toBe('orders.read orders.write');
    await server.admin('PATCH', `/${losing.id}`, { scopes: ['orders.read'] });
    const refresh = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
    expect((await apis.ask({ ...refresh, resource: ORDERS }, losing)).body['error']).toBe('invalid_grant');
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
    const { body } = await apis.ask(form);
    expect(body['scope']).toBe('openid email');
    expect(await oidc.tokenIntrospection(config, String(body['access_token']))).not.toHaveProperty('aud');
  });
});
