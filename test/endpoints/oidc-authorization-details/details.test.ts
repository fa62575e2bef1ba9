import { beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import type { RegisteredClient } from '../../harness/nodes/test-server.js';
import { atHome } from '../../harness/pages/account-pages.js';
import { signInToOwnPage } from '../../harness/pages/own-sign-in.js';
import {
  FILES,
  FOLDER,
  makeDetailsTypes,
  NOTE,
  OTHER_PAYMENT,
  PAY,
  PAYMENT,
  registerForDetails,
} from '../../harness/protocol/authorization-details.js';
import { goOnToConsent, pollOnce, DEVICE_CODE_GRANT } from '../../harness/protocol/device.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { signingClient } from '../../harness/protocol/signing-client.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { authorizationRequest, relyingParty, signIn } from '../../harness/protocol/relying-party.js';

const CIBA = 'urn:openid:params:grant-type:ciba';
const { addNode, person, server } = await protocolFixture({ env: { CIBA: 'on' } });
const CALLBACK = 'https://rp.example/callback';
const SCOPE = 'openid offline_access';
let client: RegisteredClient;
let config: oidc.Configuration;
beforeAll(async () => {
  await makeDetailsTypes(server);
  client = await registerForDetails(server);
  config = await relyingParty(server, client);
});

type Detail = Record<string, unknown>;
const asks = (...details: Detail[]) => ({ authorization_details: JSON.stringify(details) });

/** Opens a request in the browser: the page that comes, or the URL that the browser is sent back to. */
async function begin(details: Detail[], agent: UserAgent, more: Record<string, string> = {}, at = config) {
  const request = await authorizationRequest(at, { scope: SCOPE, ...asks(...details), ...more });
  return { request, page: await signIn(request, person, agent) };
}

/** The tokens of a request once it is allowed; `redeem` are parameters of the token request. */
async function obtain(
  details: Detail[],
  {
    agent = new UserAgent(),
    redeem = {},
    more = {},
    at = config,
  }: {
    agent?: UserAgent;
    redeem?: Record<string, string>;
    more?: Record<string, string>;
    at?: oidc.Configuration;
  } = {},
) {
  const { page, request } = await begin(details, agent, more, at);
  const { url } = page.url.startsWith(CALLBACK)
    ? page
    : await agent.submit(page, {}, { action: '/consent', stopAt: CALLBACK });
  return oidc.authorizationCodeGrant(at, new URL(url), request.checks, redeem);
}

const introspect = async (token: string | undefined) =>
  (await oidc.tokenIntrospection(config, token ?? '')) as Record<string, unknown>;
const refusal = (error: unknown) => error as { error?: string; error_description?: string };

test('discovery names the types', async () => {
  for (const name of ['openid-configuration', 'oauth-authorization-server']) {
    const metadata = (await (await fetch(`${server.origin}/.well-known/${name}`)).json()) as Detail;
    expect(metadata['authorization_details_types_supported']).toEqual([FOLDER.type, 'note', 'payment']);
  }
});

test('pushed details are shown in words, consented to, and are in tokens, introspection and refreshed tokens', async () => {
  const agent = new UserAgent();
  const { checks, url } = await authorizationRequest(config, {
    scope: SCOPE,
    ...asks(PAYMENT, { ...OTHER_PAYMENT, creditor: '<b>Grace\u202e</b>' }),
  });
  const pushed = await oidc.buildAuthorizationUrlWithPAR(config, url.searchParams);
  const page = await signIn({ url: pushed, redirectUri: CALLBACK, checks }, person, agent);
  const text = page.body.replace(/<\/?(?:strong|bdi)>/g, '');
  expect(text).toContain('Pay 12.50 EUR to Ada');
  expect(text).toContain('to &lt;b&gt;Grace\ufffd&lt;/b&gt;');
  expect(text).toContain('Payments');
  expect(text).toContain('&lt;b&gt;Grace\\u202e&lt;/b&gt;&quot;');
  expect(text).not.toContain('\u202e');
  const done = await agent.submit(page, {}, { action: '/consent', stopAt: CALLBACK });
  const tokens = await oidc.authorizationCodeGrant(config, new URL(done.url), checks);

  const granted = [PAYMENT, { ...OTHER_PAYMENT, creditor: '<b>Grace\u202e</b>' }];
  expect(tokens['authorization_details']).toEqual(granted);
  expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: PAY, authorization_details: granted });
  for (const token of [tokens.access_token, tokens.refresh_token])
    expect(await introspect(token)).toMatchObject({ active: true, authorization_details: granted });

  const narrowed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', asks(PAYMENT));
  expect(narrowed['authorization_details']).toEqual([PAYMENT]);
  expect(await introspect(narrowed.access_token)).toMatchObject({ authorization_details: [PAYMENT] });
  const whole = await oidc.refreshTokenGrant(config, narrowed.refresh_token ?? '');
  expect(whole['authorization_details']).toEqual(granted);
});

describe('the person', () => {
  test('is not asked again for what is identical, and is for anything else', async () => {
    const agent = new UserAgent();
    await obtain([PAYMENT, NOTE], { agent });
    const { amount, creditor, type } = PAYMENT;
    const again = await begin([{ creditor, amount, type }], agent);
    expect(again.page.url).toContain(`${CALLBACK}?code=`);
    const other = await begin([{ ...PAYMENT, amount: { ...amount, value: '12.51' } }], agent);
    expect(other.page.body).toContain('12.51');
    const without = await begin([OTHER_PAYMENT], agent, { prompt: 'none' });
    expect(new URL(without.page.url).searchParams.get('error')).toBe('consent_required');
    const denied = await agent.submit(other.page, {}, { action: '/abort', stopAt: CALLBACK });
    expect(new URL(denied.url).searchParams.get('error')).toBe('access_denied');
  });

  test('is asked by a first-party client, too', async () => {
    const own = await registerForDetails(server, { first_party: true });
    const at = await relyingParty(server, own);
    const { page } = await begin([PAYMENT], new UserAgent(), {}, at);
    expect(page.body).toContain('It asks you to allow exactly this');
    expect((await obtain([PAYMENT], { at }))['authorization_details']).toEqual([PAYMENT]);
  });

  test('finds the details among the applications of the account and in its grants, and takes them back', async () => {
    const one = await server.person();
    const agent = new UserAgent();
    const request = await authorizationRequest(config, { scope: SCOPE, ...asks(PAYMENT, FOLDER) });
    const page = await signIn(request, one, agent);
    const done = await agent.submit(page, {}, { action: '/consent', stopAt: CALLBACK });
    const tokens = await oidc.authorizationCodeGrant(config, new URL(done.url), request.checks, {
      resource: PAY,
    });
    const apps = await signInToOwnPage(server.origin, '/account/apps', one, agent);
    const text = apps.body.replace(/<\/?(?:strong|bdi)>/g, '');
    expect(text).toContain('Pay 12.50 EUR to Ada');
    expect(text).toContain('Read /photos');
    const { body } = await callAdmin(server, 'GET', `/accounts/${one.id}/grants`);
    expect(body['data']).toMatchObject([{ authorization_details: [PAYMENT, FOLDER] }]);
    await callAdmin(server, 'DELETE', `/accounts/${one.id}/grants/${client.client_id}`);
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
  });
});

describe('a token', () => {
  test('has the details for its own API only', async () => {
    const redeem = { resource: FILES };
    const tokens = await obtain([PAYMENT, FOLDER, NOTE], { redeem });
    expect(tokens['authorization_details']).toEqual([FOLDER, NOTE]);
    expect(await introspect(tokens.access_token)).toMatchObject({
      aud: FILES,
      authorization_details: [FOLDER, NOTE],
    });
    const other = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', { resource: PAY });
    expect(other['authorization_details']).toEqual([PAYMENT, NOTE]);
  });

  test('has none when its request asked for none, although the person allowed some before', async () => {
    const agent = new UserAgent();
    await obtain([PAYMENT], { agent });
    const request = await authorizationRequest(config, { scope: SCOPE });
    const page = await signIn(request, person, agent);
    const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url), request.checks);
    expect(tokens['authorization_details']).toBeUndefined();
    expect(await introspect(tokens.access_token)).not.toHaveProperty('authorization_details');
  });

  test('may have fewer than its code, and never others', async () => {
    const fewer = await obtain([PAYMENT, OTHER_PAYMENT], { redeem: asks(OTHER_PAYMENT) });
    expect(fewer['authorization_details']).toEqual([OTHER_PAYMENT]);
    const wider = obtain([PAYMENT], { redeem: asks(PAYMENT, OTHER_PAYMENT) });
    expect(refusal(await wider.catch((error: unknown) => error))).toMatchObject({
      error: 'invalid_authorization_details',
      error_description: expect.stringContaining("authorization_details[1] of the type 'payment'"),
    });
    const tokens = await obtain([PAYMENT]);
    const refreshed = oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', asks(OTHER_PAYMENT));
    expect(refusal(await refreshed.catch((error: unknown) => error)).error).toBe(
      'invalid_authorization_details',
    );
    // A refused request leaves the refresh token as it was.
    const kept = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(kept['authorization_details']).toEqual([PAYMENT]);
  });

  test('ends when its client loses the type', async () => {
    const own = await registerForDetails(server);
    const at = await relyingParty(server, own);
    const tokens = await obtain([PAYMENT], { at });
    await server.admin('PATCH', `/${own.id}`, { authorization_details_types: ['note'] });
    const refreshed = oidc.refreshTokenGrant(at, tokens.refresh_token ?? '');
    expect(refusal(await refreshed.catch((error: unknown) => error)).error).toBe('invalid_grant');
    const { page } = await begin([PAYMENT], new UserAgent(), {}, at);
    expect(new URL(page.url).searchParams.get('error')).toBe('invalid_authorization_details');
  });

  test('of a client itself has what it asks for', async () => {
    const machine = await registerForDetails(server, {
      grant_types: ['client_credentials'],
      redirect_uris: [],
    });
    const at = await relyingParty(server, machine);
    const tokens = await oidc.clientCredentialsGrant(at, asks(PAYMENT));
    expect(tokens['authorization_details']).toEqual([PAYMENT]);
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: PAY, authorization_details: [PAYMENT] });
    const both = oidc.clientCredentialsGrant(at, asks(PAYMENT, FOLDER));
    expect(refusal(await both.catch((error: unknown) => error)).error).toBe('invalid_target');
    const none = oidc.clientCredentialsGrant(at, asks(NOTE));
    expect(refusal(await none.catch((error: unknown) => error)).error).toBe('invalid_target');
    const named = await oidc.clientCredentialsGrant(at, { ...asks(NOTE), resource: FILES });
    expect(named['authorization_details']).toEqual([NOTE]);
  });
});

test('a signed request asks for details, too', async () => {
  const types = { authorization_details_types: ['payment'], require_signed_request_object: true };
  const { config: at, key } = await signingClient(server, types);
  const { checks, url } = await authorizationRequest(at, { scope: SCOPE, ...asks(PAYMENT) });
  const signed = await oidc.buildAuthorizationUrlWithJAR(at, url.searchParams, key);
  const agent = new UserAgent();
  const page = await signIn({ url: signed, redirectUri: CALLBACK, checks }, person, agent);
  const done = await agent.submit(page, {}, { action: '/consent', stopAt: CALLBACK });
  const tokens = await oidc.authorizationCodeGrant(at, new URL(done.url), checks);
  expect(tokens['authorization_details']).toEqual([PAYMENT]);
});

test('a code that comes again ends what it gave', async () => {
  const agent = new UserAgent();
  const { page, request } = await begin([PAYMENT], agent);
  const done = await agent.submit(page, {}, { action: '/consent', stopAt: CALLBACK });
  const redeem = () => oidc.authorizationCodeGrant(config, new URL(done.url), request.checks);
  const tokens = await redeem();
  expect(await introspect(tokens.access_token)).toMatchObject({ active: true });
  expect(refusal(await redeem().catch((error: unknown) => error)).error).toBe('invalid_grant');
  expect(await introspect(tokens.access_token)).toEqual({ active: false });
  const again = await begin([PAYMENT], agent);
  expect(again.page.body).toContain('It asks you to allow exactly this');
});

test('another node refuses a new type until it has read the catalogue, and the client works there all the while', async () => {
  const other = await addNode();
  const body = { title: 'New', consent_template: 'New', schema: { type: 'object' } };
  await callAdmin(server, 'POST', '/authorization_details_types', { type: 'new', ...body });
  const own = await registerForDetails(server, { authorization_details_types: ['new', 'payment'] });
  const push = async (type: string) => {
    const form = { client_id: own.client_id, response_type: 'code', redirect_uri: CALLBACK };
    const asked = type === 'new' ? { ...asks({ type }), resource: FILES } : asks(PAYMENT);
    const answer = await postForm(`${other.origin}/oauth2/par`, { ...form, ...asked }, basic(own));
    return answer.body['error'] ?? answer.status;
  };
  expect(await push('payment')).toBe(201);
  expect(await push('new')).toBe('invalid_authorization_details');
  await other.engine.refresh();
  expect(await push('new')).toBe(201);
});

test('a device gets the details that the person allowed on another one', async () => {
  const device = await registerForDetails(server, {
    client_type: 'public',
    redirect_uris: [],
    grant_types: [DEVICE_CODE_GRANT, 'refresh_token'],
  });
  const at = await relyingParty(server, device);
  const started = await oidc.initiateDeviceAuthorization(at, { scope: SCOPE, ...asks(PAYMENT) });
  const agent = new UserAgent();
  const page = await goOnToConsent(agent, started, person);
  expect(page.body.replace(/<\/?(?:strong|bdi)>/g, '')).toContain('Pay 12.50 EUR to Ada');
  await agent.submit(page, {}, { action: '/consent' });
  const tokens = await pollOnce(at, started);
  expect(tokens['authorization_details']).toEqual([PAYMENT]);
});

test('a person whom a client asked for by itself allows the details in the account area', async () => {
  const desk = await registerForDetails(server, { grant_types: [CIBA, 'refresh_token'], redirect_uris: [] });
  const at = await relyingParty(server, desk);
  const home = await atHome(server);
  const asked = { scope: SCOPE, login_hint: home.person.email, ...asks(PAYMENT) };
  const started = await oidc.initiateBackchannelAuthentication(at, asked);
  const page = await home.open('/account/requests');
  expect(page.body.replace(/<\/?(?:strong|bdi)>/g, '')).toContain('Pay 12.50 EUR to Ada');
  await home.send(page, '/allow');
  const tokens = await oidc.pollBackchannelAuthenticationGrant(at, started);
  expect(tokens['authorization_details']).toEqual([PAYMENT]);
});

test('what people allow stays as it is when the schema changes', async () => {
  const type = 'changing';
  const path = `/authorization_details_types/${type}`;
  const schema = { type: 'object', properties: { size: { type: 'integer' } } };
  const body = { type, title: 'Changing', consent_template: 'Size {{size}}', schema };
  await callAdmin(server, 'POST', '/authorization_details_types', body);
  const own = await registerForDetails(server, { authorization_details_types: [type, 'note'] });
  const at = await relyingParty(server, own);
  const detail = { type, size: 3 };
  const tokens = await obtain([detail], { at, more: { resource: FILES } });
  await callAdmin(server, 'PATCH', path, {
    schema: { type: 'object', properties: { size: { type: 'integer', maximum: 2 } } },
  });
  const refreshed = await oidc.refreshTokenGrant(at, tokens.refresh_token ?? '');
  expect(refreshed['authorization_details']).toEqual([detail]);
  const { page } = await begin([detail], new UserAgent(), { resource: FILES }, at);
  expect(new URL(page.url).searchParams.get('error')).toBe('invalid_authorization_details');
});
