import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { DEVICE_CODE_GRANT, enterUserCode, goOnToConsent } from '../../harness/protocol/device.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';
import { makeApi } from '../../harness/admin/catalogue.js';
import { CIBA_GRANT } from '../../harness/traffic/party.js';
import { signInToOwnPage } from '../../harness/pages/own-sign-in.js';
import { METADATA, send } from '../../harness/admin/registration.js';
import type { RegisteredClient, TestServer } from '../../harness/nodes/test-server.js';
import type { Loot } from './loot.js';
import { type Clients } from './loot.js';

/** What a `request_uri` begins with. */
export const REQUEST_URI = 'urn:ietf:params:oauth:request_uri:';

/** The PKCE verifier of every code that nobody redeems, so that a thief would not fail for want of it. */
export const VERIFIER = 'a-verifier-that-the-thief-of-the-database-knows-too';
const CHALLENGE = await oidc.calculatePKCECodeChallenge(VERIFIER);
const STOCK = 'https://stock.example';
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const INITIAL_ACCESS_TOKENS = '/admin/v1/orgs/default/projects/default/initial_access_tokens';

/** Registers what the load needs, two secrets for each confidential client among it. */
export async function prepare(server: TestServer, loot: Loot): Promise<Clients> {
  const grants = ['authorization_code', 'refresh_token', DEVICE_CODE_GRANT];
  await makeApi(server, { audience: STOCK, access_token_format: 'opaque' }, ['stock.read']);
  const clients: Clients = {
    web: await server.register({
      client_name: 'Web',
      grant_types: [...grants, CIBA_GRANT],
      scopes: ['profile', 'email', 'stock.read'],
    }),
    service: await server.register({
      client_name: 'Service',
      redirect_uris: [],
      grant_types: [TOKEN_EXCHANGE],
      token_exchange: [{ audience: STOCK, scopes: ['stock.read'], subject: 'any' }],
    }),
    portal: await server.register({
      client_name: 'Portal',
      grant_types: grants,
      token_endpoint_auth_method: 'client_secret_post',
    }),
    television: await server.register({
      client_name: 'Television',
      grant_types: grants,
      token_endpoint_auth_method: 'none',
    }),
    machine: await server.register({
      client_name: 'Machine',
      grant_types: ['client_credentials'],
      redirect_uris: [],
    }),
    dynamic: [],
    keys: await oidc.randomDPoPKeyPair('ES256', { extractable: true }),
  };
  for (const client of [clients.web, clients.portal, clients.machine, clients.service]) {
    loot.add('client secret', client.client_secret);
    const rotated = await server.admin('POST', `/${client.id}/rotate_secret`);
    client.client_secret = loot.add(
      'client secret',
      ((await rotated.json()) as RegisteredClient).client_secret,
    );
  }
  for (const key of (await server.context.keys.load()).cookies.slice(0, 1)) loot.add('cookie key', key);
  loot.add('admin token', await server.adminToken());
  return clients;
}

/** Goes once through every flow; what is not used up in it stays good and is loot. */
export async function round(server: TestServer, clients: Clients, loot: Loot): Promise<void> {
  const person = await server.person();
  const agent = new UserAgent();
  for (const client of [clients.web, clients.television]) {
    const config = await relyingParty(server, client);
    const used = await obtainCode(config, person, {}, agent);
    const tokens = await oidc.authorizationCodeGrant(config, used.callback, used.request.checks);
    loot.add('access token', tokens.access_token);
    const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    loot.add('refresh token', fresh.refresh_token);
    loot.add('code', (await obtainCode(config, person, { code_challenge: CHALLENGE }, agent)).code);

    const [approved, asked, typed] = await Promise.all(
      Array.from({ length: 3 }, () => oidc.initiateDeviceAuthorization(config, { scope: 'openid' })),
    );
    if (!approved || !asked || !typed) throw new Error('there are no device codes');
    for (const device of [approved, asked, typed]) loot.add('device code', device.device_code);
    // What it asks for was allowed above.
    await goOnToConsent(agent, approved, person);
    const stranger = new UserAgent();
    await stranger.submit(await enterUserCode(stranger, typed), { confirm: 'yes' }, { action: '/device' });
    loot.add('user code', asked.user_code);
  }
  await exchanged(server, clients, loot, person, agent);
  await bound(server, clients, loot, person, agent);
  loot.add('pushed request', await pushed(server, clients));
  loot.add('session cookie', cookie(agent, 'postern_session'));

  const visitor = new UserAgent();
  const { url } = await authorizationRequest(await relyingParty(server, clients.web));
  await visitor.open(url.href);
  loot.add('interaction', cookie(visitor, 'postern_interaction'));

  const machine = await oidc.clientCredentialsGrant(await relyingParty(server, clients.machine));
  loot.add('access token', machine.access_token);
}

type Person = Awaited<ReturnType<TestServer['person']>>;

/** A token of a person, and the one that a service got for it. */
async function exchanged(
  server: TestServer,
  { web, service }: Clients,
  loot: Loot,
  person: Person,
  agent: UserAgent,
): Promise<void> {
  const config = await relyingParty(server, web);
  const resource = STOCK;
  const used = await obtainCode(config, person, { scope: 'openid stock.read', resource }, agent);
  const tokens = await oidc.authorizationCodeGrant(config, used.callback, used.request.checks, { resource });
  loot.add('access token', tokens.access_token);
  const answer = await oidc.genericGrantRequest(await relyingParty(server, service), TOKEN_EXCHANGE, {
    subject_token: tokens.access_token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
  loot.add('access token', answer.access_token);
}

/** A refresh token of a public client that is bound to its key (RFC 9449 section 5). */
async function bound(
  server: TestServer,
  { television, keys }: Clients,
  loot: Loot,
  person: Person,
  agent: UserAgent,
): Promise<void> {
  const config = await relyingParty(server, television);
  const used = await obtainCode(config, person, {}, agent);
  const DPoP = oidc.getDPoPHandle(config, keys);
  const { checks } = used.request;
  const tokens = await oidc.authorizationCodeGrant(config, used.callback, checks, undefined, { DPoP });
  loot.add('bound refresh token', tokens.refresh_token);
}

/** What a client asks a person by itself (CIBA): a request that was allowed, and one that waits. */
export async function askPerson(server: TestServer, { web }: Clients, loot: Loot): Promise<void> {
  const [person, agent] = [await server.person(), new UserAgent()];
  const config = await relyingParty(server, web);
  const hint = { scope: 'openid', login_hint: person.email, requested_expiry: '600' };
  const begin = async () => {
    const { auth_req_id } = await oidc.initiateBackchannelAuthentication(config, hint);
    loot.add('backchannel request', auth_req_id);
  };
  await begin();
  const page = await signInToOwnPage(server.origin, '/account/requests', person, agent);
  const { status } = await agent.submit(page, {}, { action: '/allow' });
  if (status !== 200) throw new Error(`allowing was answered ${String(status)}`);
  await begin();
  loot.add('account area cookie', cookie(agent, 'postern_self'));
}

/** The secret part of a `request_uri` that nobody has used (RFC 9126 section 2.2). */
export async function pushed(server: TestServer, { web }: Clients): Promise<string> {
  const config = await relyingParty(server, web);
  const { url } = await authorizationRequest(config, { scope: 'openid' });
  const begun = await oidc.buildAuthorizationUrlWithPAR(config, url.searchParams);
  return begun.searchParams.get('request_uri')?.slice(REQUEST_URI.length) ?? '';
}

/** Registers a client as developers do. */
export async function registerDynamically(server: TestServer, clients: Clients, loot: Loot): Promise<void> {
  const { body } = await send('POST', server.origin + INITIAL_ACCESS_TOKENS, await server.adminToken(), {
    max_uses: 2,
  });
  const token = loot.add('initial access token', body['initial_access_token']);
  const registered = await send('POST', `${server.origin}/oauth2/register`, token, METADATA);
  if (registered.status !== 201) throw new Error(`registering answered ${String(registered.status)}`);
  const client = { id: '', ...registered.body } as RegisteredClient;
  loot.add('client secret', client.client_secret);
  loot.add('registration token', client['registration_access_token']);
  clients.dynamic.push(client);
}

function cookie(agent: UserAgent, name: string): string | undefined {
  return agent.cookies().find((one) => one.name === name)?.value;
}
