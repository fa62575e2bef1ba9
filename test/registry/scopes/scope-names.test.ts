import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { makeApi, pointersOf } from '../../harness/admin/catalogue.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { authorizationRequest, relyingParty, signIn } from '../../harness/protocol/relying-party.js';

const NAMES = ['read:user', 'https://any.example/x.read', 'api://any/.default', 'read+write', "it's[all]"];

let any: TestServer;
let dots: TestServer;
beforeAll(async () => {
  any = await startTestServer({ env: { SCOPE_NAMES: 'any' } });
  dots = await startTestServer({ nodeOf: any });
});
afterAll(async () => {
  await dots.close();
  await any.close();
});

test('with SCOPE_NAMES=any every name of RFC 6749 section 3.3 works, from the catalogue to the token', async () => {
  await makeApi(any, { audience: 'https://any.example' }, NAMES);
  for (const name of NAMES) {
    const path = `/scopes/${encodeURIComponent(name)}`;
    const { status, body } = await callAdmin(any, 'GET', path);
    expect([status, body['name'], body['url']]).toEqual([200, name, `${any.issuer}/admin/v1${path}`]);
  }
  const client = await any.register({ scopes: NAMES, optional_scopes: ['read:user'] });
  const config = await relyingParty(any, client);
  const parameters = { scope: `openid offline_access ${NAMES.join(' ')}`, resource: 'https://any.example' };
  const agent = new UserAgent();
  const request = await authorizationRequest(config, parameters);
  const consent = await signIn(request, await any.person(), agent);
  const ticked = { action: '/consent', stopAt: request.redirectUri };
  const { url } = await agent.submit(consent, { scope: 'read:user' }, ticked);
  const first = await oidc.authorizationCodeGrant(config, new URL(url), request.checks);
  const resource = 'https://any.example';
  const tokens = await oidc.refreshTokenGrant(config, first.refresh_token ?? '', { resource });
  const [, payload = ''] = tokens.access_token.split('.');
  const { scope } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { scope: string };
  expect(scope.split(' ').sort()).toEqual([...NAMES].sort());
});

test('blanks, quotes, backslashes and other letters are refused in both modes', async () => {
  for (const name of ['a b', 'a"b', 'a\\b', 'é', '', 'x'.repeat(129)]) {
    for (const server of [any, dots]) {
      const answer = await callAdmin(server, 'POST', '/scopes', { name, title: 'x' });
      expect([answer.status, pointersOf(answer)]).toEqual([422, ['/name']]);
    }
  }
});

test('a client keeps the names that it has when the installation goes back to dots', async () => {
  await callAdmin(any, 'POST', '/scopes', { name: 'plain:one', title: 'One' });
  const { id } = await any.register({ scopes: ['plain:one'] });
  expect((await dots.admin('PATCH', `/${id}`, { company: 'x' })).status).toBe(200);
  const other = await dots.register();
  const refused = await dots.admin('PATCH', `/${other.id}`, { scopes: ['plain:one'] });
  expect(refused.status).toBe(422);
});
