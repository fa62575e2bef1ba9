import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { bearer, callAdmin } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { type DocumentSite, startDocumentSite } from '../../harness/outside/document-site.js';
import { startLogoutReceiver } from '../../harness/outside/logout-receiver.js';
import { atHome } from '../../harness/pages/account-pages.js';
import { confirmSignOut, openSignOut } from '../../harness/pages/sign-out.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { authorizationRequest, obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { signingKey } from '../../harness/protocol/signing-client.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { exchange, registerService, TYPE } from '../oidc-exchange/exchange-fixture.js';
import { ApiTokens, ORDERS } from '../oidc-resources/api-tokens.js';

const SUBJECT = /^[\w-]{43}$/;
const PAIRWISE = { subject_type: 'pairwise' };
const SCOPES = ['openid', 'offline_access', 'email', 'orders.read', 'stock.read'];
const CIBA = 'urn:openid:params:grant-type:ciba';

let apis: ApiTokens;
let server: TestServer;
let other: TestServer;
let site: DocumentSite;
let client: RegisteredClient;
let config: oidc.Configuration;
let person: { id: string; email: string; password: string };
beforeAll(async () => {
  site = await startDocumentSite();
  apis = await ApiTokens.create({ env: { CIBA: 'on' }, delivers: true });
  ({ person, server } = apis);
  other = await startTestServer({ nodeOf: server, env: { CIBA: 'on' } });
  client = await server.register({ ...PAIRWISE, scopes: SCOPES });
  config = await relyingParty(server, client);
});
afterAll(async () => {
  await other.close();
  await server.close();
  await site.close();
});

/** The tokens of a person at a client, the subject in them, and the browser. */
async function signedIn(at = config, who = person, parameters: Record<string, string> = {}) {
  const agent = new UserAgent();
  const scope = 'openid offline_access email';
  const tokens = await obtainTokens(at, who, { scope, ...parameters }, agent);
  return { agent, tokens, sub: String(tokens.claims()?.sub) };
}

async function introspected(token: string, caller: RegisteredClient, node = server) {
  return (await postForm(`${node.origin}/oauth2/introspect`, { token }, basic(caller))).body;
}

describe('the sub of a person', () => {
  test('is one for all clients of a sector and another in every other, on all nodes', async () => {
    const same = await server.register(PAIRWISE);
    const elsewhere = await server.register({ ...PAIRWISE, redirect_uris: ['https://other.example/cb'] });
    const { sub } = await signedIn();
    expect(sub).toMatch(SUBJECT);
    expect(sub).not.toContain(person.id);
    expect((await signedIn(await relyingParty(server, same))).sub).toBe(sub);
    const there = await relyingParty(server, elsewhere);
    const apart = await signedIn(there, person, { redirect_uri: 'https://other.example/cb' });
    expect(apart.sub).toMatch(SUBJECT);
    expect(apart.sub).not.toBe(sub);
    expect((await signedIn(config, await server.person())).sub).not.toBe(sub);
    expect((await signedIn(apis.config)).sub).toBe(person.id);
    const refresh = { grant_type: 'refresh_token', refresh_token: apart.tokens.refresh_token ?? '' };
    const refreshed = await postForm(`${other.origin}/oauth2/token`, refresh, basic(elsewhere));
    expect(decodeJwt(String(refreshed.body['id_token'])).sub).toBe(apart.sub);
  });

  test('is the same wherever it leaves, and nothing has the id of the account', async () => {
    const { sub, tokens } = await signedIn();
    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, sub);
    expect(userinfo).toMatchObject({ sub, email: person.email });
    const byPost = await postForm(`${other.origin}/oauth2/userinfo`, { access_token: tokens.access_token });
    expect(byPost.body).toEqual(userinfo);
    const service = await server.register();
    for (const [caller, node] of [
      [client, server],
      [service, other],
    ] as const)
      expect(await introspected(tokens.access_token, caller, node)).toMatchObject({ active: true, sub });
    expect(await introspected(tokens.refresh_token ?? '', client)).toMatchObject({ active: true, sub });
    const scope = 'openid offline_access orders.read';
    const forApi = await signedIn(config, person, { scope, resource: ORDERS });
    const jwt = (
      await oidc.refreshTokenGrant(config, forApi.tokens.refresh_token ?? '', { resource: ORDERS })
    ).access_token;
    expect(decodeJwt(jwt).sub).toBe(sub);
    expect(await introspected(jwt, service, other)).toMatchObject({ active: true, sub });
    expect(JSON.stringify([userinfo, tokens, forApi.tokens, decodeJwt(jwt)])).not.toContain(person.id);
  });

  test('is that of the client which a token is exchanged for', async () => {
    const { tokens, sub } = await signedIn(config, person, { scope: 'openid orders.read', resource: ORDERS });
    const [open, closed] = [
      await registerService(apis),
      await registerService(apis, {
        ...PAIRWISE,
        jwks_uri: `${site.origin}/keys`,
        sector_identifier_uri: sector('/service', [`${site.origin}/keys`]),
      }),
    ];
    const token = { subject_token: tokens.access_token, audience: ORDERS };
    const byOpen = decodeJwt(String((await exchange(apis, open, token)).body['access_token']));
    expect(byOpen.sub).toBe(person.id);
    const byClosed = decodeJwt(String((await exchange(apis, closed, token)).body['access_token']));
    expect(byClosed.sub).toMatch(SUBJECT);
    expect(byClosed.sub).not.toBe(sub);
    const idToken = { subject_token: tokens.id_token ?? '', subject_token_type: `${TYPE}id_token` };
    const byIdToken = (await exchange(apis, open, { ...idToken, audience: ORDERS })).body;
    expect(decodeJwt(String(byIdToken['access_token'])).sub).toBe(person.id);
    expect(await introspected(String(byIdToken['access_token']), open)).toMatchObject({ active: true });
  });

  test('is in logout tokens', async () => {
    const receiver = await startLogoutReceiver();
    try {
      const told = await server.register({ ...PAIRWISE, backchannel_logout_uri: receiver.uri });
      const party = await relyingParty(server, told);
      const { agent, sub } = await signedIn(party);
      await confirmSignOut(agent, await openSignOut(party, agent));
      await eventually(() => receiver.tokens.length === 1);
      expect(decodeJwt(receiver.tokens[0] ?? '').sub).toBe(sub);
    } finally {
      await receiver.close();
    }
  });

  test('is understood by the admin API', async () => {
    const admin = await server.register({ ...PAIRWISE, scopes: ['openid', 'accounts.read'] });
    const owner = await server.person();
    await callAdmin(server, 'POST', '/members', { subject: `account:${owner.id}`, role: 'owner' });
    const resource = `${server.issuer}/admin`;
    const request = { scope: 'openid accounts.read', resource };
    const { form } = await obtainCode(await relyingParty(server, admin), owner, request);
    const issued = await postForm(`${server.origin}/oauth2/token`, { ...form, resource }, basic(admin));
    const token = String(issued.body['access_token']);
    expect(decodeJwt(token).sub).toMatch(SUBJECT);
    const answer = await bearer(other, token)('GET', `/accounts/${owner.id}`);
    expect(answer).toMatchObject({ status: 200, body: { email: owner.email } });
    await server.admin('PATCH', `/${admin.id}`, { subject_type: null });
    expect((await bearer(other, token)('GET', `/accounts/${owner.id}`)).status).toBe(401);
  });
});

describe('a hint', () => {
  const silent = async (agent: UserAgent, hint: string) => {
    const request = await authorizationRequest(config, {
      scope: 'openid',
      prompt: 'none',
      id_token_hint: hint,
    });
    const { searchParams } = new URL((await agent.open(request.url.href, {}, request.redirectUri)).url);
    return searchParams.get('error') ?? 'code';
  };

  test('by an ID token is of the person whom it calls so, at its client', async () => {
    const { agent, tokens } = await signedIn();
    const another = await signedIn(config, await server.person());
    expect(await silent(agent, tokens.id_token ?? '')).toBe('code');
    expect(await silent(agent, another.tokens.id_token ?? '')).toBe('login_required');
    const hint = { scope: 'openid', id_token_hint: tokens.id_token ?? '' };
    const request = await authorizationRequest(config, hint);
    const page = await new UserAgent().open(request.url.href);
    expect(page.body).toContain(`value="${person.email}"`);
  });

  test('by an ID token finds the person of a backchannel request', async () => {
    const { jwk, key } = await signingKey();
    const keys = site.answer('/keys', (_request, response) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys: [jwk] })),
    );
    const caller = await server.register({
      ...PAIRWISE,
      grant_types: [CIBA],
      redirect_uris: [],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: keys,
    });
    const party = await relyingParty(server, caller, oidc.PrivateKeyJwt(key));
    const home = await atHome(server);
    const ask = async (hint: Record<string, string>) => {
      const started = await oidc.initiateBackchannelAuthentication(party, { scope: 'openid', ...hint });
      const page = await home.open('/account/requests');
      const id = /id="([0-9a-f]{64})"/.exec(page.body)?.[1] ?? '';
      await home.send(page, `${id}/allow`);
      return oidc.pollBackchannelAuthenticationGrant(party, { ...started, interval: 1 });
    };
    const first = await ask({ login_hint: home.person.email });
    expect(first.claims()?.sub).toMatch(SUBJECT);
    const second = await ask({ id_token_hint: first.id_token ?? '' });
    expect(second.claims()?.sub).toBe(first.claims()?.sub);
  }, 30_000);
});

test('another type or sector of subjects ends what the client has, and the first comes back as it was', async () => {
  const changing = await server.register(PAIRWISE);
  const party = await relyingParty(server, changing);
  const change = async (fields: object) => (await server.admin('PATCH', `/${changing.id}`, fields)).status;
  const refresh = (token = '') =>
    postForm(
      `${other.origin}/oauth2/token`,
      { grant_type: 'refresh_token', refresh_token: token },
      basic(changing),
    );
  const first = await signedIn(party);
  expect(await change({ subject_type: 'public' })).toBe(200);
  expect((await refresh(first.tokens.refresh_token)).body['error']).toBe('invalid_grant');
  expect(await introspected(first.tokens.access_token, changing)).toEqual({ active: false });
  const second = await signedIn(party);
  expect(second.sub).toBe(person.id);
  expect(await change({ subject_type: 'pairwise' })).toBe(200);
  expect((await refresh(second.tokens.refresh_token)).body['error']).toBe('invalid_grant');
  const third = await signedIn(party);
  expect(third.sub).toBe(first.sub);
  expect(await change({ client_name: 'New name' })).toBe(200);
  expect((await refresh(third.tokens.refresh_token)).status).toBe(200);
  const fourth = await signedIn(party);
  const uri = sector('/moved', ['https://rp.example/callback']);
  expect(await change({ sector_identifier_uri: uri })).toBe(200);
  expect((await refresh(fourth.tokens.refresh_token)).body['error']).toBe('invalid_grant');
  expect((await signedIn(party)).sub).not.toBe(first.sub);
});

/** Publishes the list of a sector; its URL. */
function sector(path: string, uris: unknown, type = 'application/json'): string {
  return site.answer(path, (_request, response) =>
    response.writeHead(200, { 'Content-Type': type }).end(JSON.stringify(uris)),
  );
}
