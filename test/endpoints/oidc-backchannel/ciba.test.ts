import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import { makeApi } from '../../harness/admin/catalogue.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { nextMail } from '../../harness/mail/mailbox.js';
import type { TestServer } from '../../harness/nodes/test-server.js';
import { csrfOf } from '../../harness/pages/account-fixture.js';
import { type AtHome, atHome } from '../../harness/pages/account-pages.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { CIBA, cibaFixture, GRANTS, PAGE, waitingOn } from './ciba-fixture.js';

const { answer, ask, begin, client, config, other, poll, server } = await cibaFixture();

const cookiesOf = ({ agent }: AtHome) =>
  agent
    .cookies()
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');

describe('a request of a client for a person', () => {
  test('gives tokens once the person has allowed it in the account area, who got a mail', async () => {
    const home = await atHome(server);
    const started = await begin(home.person.email, {
      scope: 'openid email offline_access',
      binding_message: 'AX-41',
    });
    expect(started.expires_in).toBeGreaterThan(290);
    expect((await poll(started.auth_req_id)).body['error']).toBe('authorization_pending');
    const mail = await nextMail(server, home.person.email);
    expect(mail.text).toContain('Call centre');
    expect(mail.text).toContain(`${server.issuer}${PAGE}`);
    expect(mail.text).not.toContain('AX-41');

    const page = await home.open(PAGE);
    expect(page.body).toContain('Call centre');
    expect(page.body).toContain('AX-41');
    expect(page.body).not.toContain(started.auth_req_id);
    expect((await answer(home, 'allow')).body).toContain('can go on now');
    expect(waitingOn((await home.open(PAGE)).body)).toEqual([]);

    const tokens = await oidc.pollBackchannelAuthenticationGrant(config, started);
    expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({
      sub: home.person.id,
      aud: client.client_id,
      email: home.person.email,
      acr: expect.any(String),
      amr: expect.arrayContaining(['pwd']),
    });
    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, home.person.id);
    expect(userinfo.email).toBe(home.person.email);
    expect((await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).access_token).toBeTruthy();
    expect((await home.open('/account/apps')).body).toContain('Call centre');
    // What is sent again was stolen: its grant ends.
    expect((await poll(started.auth_req_id)).body['error']).toBe('invalid_grant');
    expect((await home.open('/account/apps')).body).not.toContain('Call centre');
  }, 30_000);

  test('that the person denies gives nothing', async () => {
    const home = await atHome(server);
    const { auth_req_id: id } = await begin(home.person.email);
    expect((await answer(home, 'deny')).body).toContain('do not want it');
    expect((await poll(id)).body).toMatchObject({ error: 'access_denied' });
    expect((await poll(id, client, other)).body['error']).toBe('access_denied');
  });

  test('of an organization that demands a second factor is not allowed by a password alone', async () => {
    const home = await atHome(server);
    const demand = (second_factor: string) => callAdmin(server, 'PATCH', '/orgs/default', { second_factor });
    const { auth_req_id: id } = await begin(home.person.email);
    const page = await home.open(PAGE);
    const [key = ''] = waitingOn(page.body);
    expect((await demand('required')).status).toBe(200);
    const refused = await home.send(page, `${key}/allow`);
    await demand('optional');
    expect([refused.status, refused.body.includes('more than a password')]).toEqual([403, true]);
    expect((await poll(id)).body['error']).toBe('authorization_pending');
  });

  test('is answered once: of two nodes at the same time one counts', async () => {
    const home = await atHome(server);
    const { auth_req_id: id } = await begin(home.person.email);
    const page = await home.open(PAGE);
    const [key = ''] = waitingOn(page.body);
    const cookie = cookiesOf(home);
    const send = (node: TestServer, what: string) =>
      fetch(`${node.origin}${PAGE}/${key}/${what}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie },
        body: new URLSearchParams({ csrf: csrfOf(page.body) }),
      });
    const sent = await Promise.all(
      Array.from({ length: 10 }, (_, turn) => send(turn % 2 ? server : other, turn % 3 ? 'allow' : 'deny')),
    );
    const words = sent.map(({ headers }) => headers.get('location')?.split('done=')[1]);
    expect(words.filter((word) => word !== 'over')).toHaveLength(1);
    const crowd = await Promise.all(
      Array.from({ length: 6 }, (_, turn) => poll(id, client, turn % 2 ? server : other)),
    );
    const won = crowd.filter(({ status }) => status === 200);
    expect(won).toHaveLength(words.includes('allowed') ? 1 : 0);
    const lost = words.includes('denied') ? 'access_denied' : 'invalid_grant';
    for (const { status, body } of crowd) if (status !== 200) expect(body['error']).toBe(lost);
  });

  test('is for its client and its person alone', async () => {
    const foreign = await server.register({ grant_types: GRANTS, redirect_uris: [] });
    const [home, stranger] = [await atHome(server), await atHome(server)];
    const { auth_req_id: id } = await begin(home.person.email);
    const [key = ''] = waitingOn((await home.open(PAGE)).body);
    expect(waitingOn((await stranger.open(PAGE)).body)).toEqual([]);
    const theirs = await stranger.open('/account');
    const taken = await fetch(`${server.origin}${PAGE}/${key}/allow`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: cookiesOf(stranger) },
      body: new URLSearchParams({ csrf: csrfOf(theirs.body) }),
    });
    expect(taken.headers.get('location')).toContain('done=over');
    await answer(home, 'allow');
    expect((await poll(id, foreign)).body['error']).toBe('invalid_grant');
    expect((await poll(id)).status).toBe(200);
  });

  test('needs a fresh sign-in, to see it and to answer it', async () => {
    const home = await atHome(server);
    await begin(home.person.email);
    const page = await home.open(PAGE);
    await home.growStale();
    const [key = ''] = waitingOn(page.body);
    for (const [path, method] of [
      [PAGE, 'GET'],
      [`${PAGE}/${key}/allow`, 'POST'],
    ] as const) {
      const sent = await fetch(server.origin + path, {
        method,
        redirect: 'manual',
        headers: { cookie: cookiesOf(home) },
        ...(method === 'POST' && { body: new URLSearchParams({ csrf: csrfOf(page.body) }) }),
      });
      expect(sent.status).toBe(303);
      expect(sent.headers.get('location')).toContain(`/self/sign-in?to=%2Faccount%2Frequests&max_age=600`);
    }
    const forged = await fetch(`${server.origin}${PAGE}/${key}/allow`, {
      method: 'POST',
      headers: { cookie: cookiesOf(await atHome(server, home.person)) },
      body: new URLSearchParams({ csrf: 'forged' }),
    });
    expect(forged.status).toBe(400);
    expect(waitingOn((await (await atHome(server, home.person)).open(PAGE)).body)).toEqual([key]);
  });

  test('ends with its time, and with the account', async () => {
    const [home, gone] = [await atHome(server), await atHome(server)];
    const short = await begin(home.person.email, { requested_expiry: '1' });
    expect(short.expires_in).toBe(1);
    const { auth_req_id: id } = await begin(gone.person.email);
    await answer(gone, 'allow');
    await callAdmin(server, 'POST', `/accounts/${gone.person.id}/disable`);
    expect((await poll(id)).body['error']).toBe('invalid_grant');
    await eventually(async () => waitingOn((await home.open(PAGE)).body).length === 0);
  });
});

test('an ID token of the client is a hint, one of another client is not', async () => {
  const home = await atHome(server);
  const { auth_req_id: id } = await begin(home.person.email);
  await answer(home, 'allow');
  const hint = String((await poll(id)).body['id_token']);
  const second = await ask({ id_token_hint: hint });
  expect(second.status).toBe(200);
  await answer(home, 'allow');
  expect((await poll(String(second.body['auth_req_id']))).status).toBe(200);
  const foreign = await server.register({ grant_types: GRANTS, redirect_uris: [] });
  expect((await ask({ id_token_hint: hint }, foreign)).body['error']).toBe('invalid_request');
});

test('scopes of an API are asked for with its audience', async () => {
  const home = await atHome(server);
  const api = { audience: 'https://calls.example', access_token_format: 'jwt' };
  await makeApi(server, api, ['calls.read']);
  const caller = await server.register({ grant_types: GRANTS, redirect_uris: [], scopes: ['calls.read'] });
  const fields = { login_hint: home.person.email, scope: 'openid calls.read', resource: api.audience };
  const { body } = await ask(fields, caller);
  const page = await home.open(PAGE);
  expect(page.body).toContain('Title of calls.read');
  await answer(home, 'allow');
  const form = { grant_type: CIBA, auth_req_id: String(body['auth_req_id']), resource: api.audience };
  const tokens = (await postForm(`${server.origin}/oauth2/token`, form, basic(caller))).body;
  expect(decodeJwt(String(tokens['access_token']))).toMatchObject({
    aud: api.audience,
    scope: 'calls.read',
    sub: home.person.id,
    acr: expect.any(String),
  });
});
