import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { atHome } from '../../harness/pages/account-pages.js';
import { signInToOwnPage } from '../../harness/pages/own-sign-in.js';
import {
  asks,
  type Detail,
  FOLDER,
  NOTE,
  OTHER_PAYMENT,
  PAY,
  PAYMENT,
  registerForDetails,
} from '../../harness/protocol/authorization-details.js';
import { DEVICE_CODE_GRANT, goOnToConsent, pollOnce } from '../../harness/protocol/device.js';
import { authorizationRequest, relyingParty, signIn } from '../../harness/protocol/relying-party.js';
import { signingClient } from '../../harness/protocol/signing-client.js';
import { CALLBACK, detailsFixture, SCOPE } from './details-fixture.js';

const CIBA = 'urn:openid:params:grant-type:ciba';
const { begin, client, config, introspect, obtain, person, server } = await detailsFixture();

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
