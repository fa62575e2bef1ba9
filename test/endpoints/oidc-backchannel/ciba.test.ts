import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt, SignJWT } from 'jose';
import * as oidc from 'openid-client';
import { makeApi } from '../../harness/admin/catalogue.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { nextMail } from '../../harness/mail/mailbox.js';
import {
  CLIENTS,
  type RegisteredClient,
  startTestServer,
  type TestServer,
} from '../../harness/nodes/test-server.js';
import { type AtHome, atHome } from '../../harness/pages/account-pages.js';
import { csrfOf } from '../../harness/pages/account-fixture.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { signingKey } from '../../harness/protocol/signing-client.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const CIBA = 'urn:openid:params:grant-type:ciba';
const GRANTS = [CIBA, 'refresh_token'];
const PAGE = '/account/requests';

let server: TestServer;
let other: TestServer;
let client: RegisteredClient;
let config: oidc.Configuration;

beforeAll(async () => {
  const env = { CIBA: 'on' };
  server = await startTestServer({ env, delivers: true });
  other = await startTestServer({ env: { ...env, TRUSTED_PROXIES: '1' }, nodeOf: server });
  client = await server.register({ client_name: 'Call centre', grant_types: GRANTS, redirect_uris: [] });
  config = await relyingParty(server, client);
});
afterAll(async () => {
  await other.close();
  await server.close();
});

const begin = (hint: string, more: Record<string, string> = {}) =>
  oidc.initiateBackchannelAuthentication(config, { scope: 'openid email', login_hint: hint, ...more });

/** The answer to the request as it is, without a library. */
const ask = (fields: Record<string, string>, as = client) =>
  postForm(`${server.origin}/oauth2/backchannel`, { scope: 'openid email', ...fields }, basic(as));

const poll = (authReqId: string, as = client, node = server) =>
  postForm(`${node.origin}/oauth2/token`, { grant_type: CIBA, auth_req_id: authReqId }, basic(as));

const cookiesOf = ({ agent }: AtHome) =>
  agent
    .cookies()
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');

/** The paths of the forms on the page, one pair for each request. */
const waitingOn = (body: string) => [...body.matchAll(/id="([0-9a-f]{64})"/g)].map(([, key = '']) => key);

async function answer(home: AtHome, what: 'allow' | 'deny', origin = server.origin) {
  const page = await home.open(PAGE, origin);
  const [key = ''] = waitingOn(page.body);
  return home.send(page, `${key}/${what}`);
}

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

describe('what a client learns', () => {
  test('is the same for an account that is not there, or may not use the client', async () => {
    const disabled = await server.person();
    await callAdmin(server, 'POST', `/accounts/${disabled.id}/disable`);
    const { email } = await server.person();
    const answers = await Promise.all(
      [email, 'nobody@people.example', disabled.email].map((login_hint) => ask({ login_hint })),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(Object.keys(body).sort()).toEqual(['auth_req_id', 'expires_in']);
      expect((await poll(String(body['auth_req_id']))).body['error']).toBe('authorization_pending');
    }
  });

  test('is limited for an address, whether it has an account or not', async () => {
    const { email } = await server.person();
    for (const login_hint of [email, 'flooded@people.example']) {
      const sent = [];
      for (let turn = 0; turn < 11; turn++) sent.push(await ask({ login_hint }));
      expect(sent.filter(({ status }) => status === 200)).toHaveLength(10);
      expect(sent.at(-1)).toMatchObject({ status: 429, body: { error: 'slow_down' } });
    }
  }, 30_000);

  test('is to ask more slowly', async () => {
    const { auth_req_id: id } = await begin((await server.person()).email);
    const errors = [await poll(id), await poll(id), await poll(id, client, other)].map(
      ({ body }) => body['error'],
    );
    expect(errors).toEqual(['authorization_pending', 'slow_down', 'slow_down']);
  });

  test('is what is wrong with a request', async () => {
    const { email: login_hint } = await server.person();
    const plain = await server.register();
    const refused: [Record<string, string>, string, RegisteredClient?][] = [
      [{}, 'invalid_request'],
      [{ login_hint, id_token_hint: 'x' }, 'invalid_request'],
      [{ login_hint_token: 'x' }, 'invalid_request'],
      [{ id_token_hint: 'x' }, 'invalid_request'],
      [{ login_hint, scope: 'email' }, 'invalid_request'],
      [{ login_hint, scope: 'openid unknown' }, 'invalid_scope'],
      [{ login_hint, binding_message: 'two\nlines' }, 'invalid_binding_message'],
      [{ login_hint, binding_message: 'x'.repeat(65) }, 'invalid_binding_message'],
      [{ login_hint, requested_expiry: '-1' }, 'invalid_request'],
      [{ login_hint, claims: '{}' }, 'invalid_request'],
      [{ login_hint: 'x'.repeat(5_000) }, 'invalid_request'],
      [{ login_hint }, 'unauthorized_client', plain],
      [{ login_hint }, 'invalid_client', { ...client, client_secret: 'wrong' }],
    ];
    for (const [fields, error, as] of refused) {
      const { body } = await ask(fields, as);
      expect([fields, body['error']]).toEqual([fields, error]);
    }
    expect((await poll('unknown')).body['error']).toBe('invalid_grant');
    expect((await ask({ login_hint, acr_values: 'x'.repeat(60_000) })).status).toBe(413);
    const read = await fetch(`${server.origin}/oauth2/backchannel`);
    expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
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

test('with ping the client is notified by the bearer token that it gave, again after a failure', async () => {
  const got: { authorization: string | undefined; body: string }[] = [];
  const receiver = createServer((request, response) => {
    void text(request).then((body) => {
      got.push({ authorization: request.headers.authorization, body });
      response.writeHead(got.length === 1 ? 500 : 204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = receiver.address() as AddressInfo;
    const pinged = await server.register({
      grant_types: GRANTS,
      redirect_uris: [],
      backchannel_token_delivery_mode: 'ping',
      backchannel_client_notification_endpoint: `http://127.0.0.1:${String(port)}/ping`,
    });
    const home = await atHome(server);
    const fields = { login_hint: home.person.email };
    expect((await ask(fields, pinged)).body['error']).toBe('invalid_request');
    const { body } = await ask({ ...fields, client_notification_token: 'notify-me-1234567890' }, pinged);
    const id = String(body['auth_req_id']);
    const rows = await server.database.pool.query('SELECT payload::text FROM artifacts WHERE model = 13');
    expect(JSON.stringify(rows.rows)).not.toMatch(/notify-me|login_hint/);
    await answer(home, 'deny');
    await eventually(() => got.length === 1);
    await server.database.pool.query('UPDATE outbox SET due_at = now() WHERE lease_owner IS NULL');
    await eventually(() => got.length === 2);
    expect(got[1]).toEqual({
      authorization: 'Bearer notify-me-1234567890',
      body: JSON.stringify({ auth_req_id: id }),
    });
    expect((await poll(id, pinged)).body['error']).toBe('access_denied');
  } finally {
    receiver.close();
  }
}, 30_000);

test('a request that has to be signed is, with the algorithm of the client', async () => {
  const { jwk, key } = await signingKey('ES256');
  const signing = await server.register({
    grant_types: GRANTS,
    redirect_uris: [],
    jwks: { keys: [jwk] },
    backchannel_authentication_request_signing_alg: 'ES256',
  });
  const home = await atHome(server);
  expect((await ask({ login_hint: home.person.email }, signing)).body['error']).toBe('invalid_request');
  const now = Math.floor(Date.now() / 1000);
  const claims = { scope: 'openid', login_hint: home.person.email, iat: now, nbf: now, jti: String(now) };
  const request = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: 'signing' })
    .setIssuer(signing.client_id)
    .setAudience(server.issuer)
    .setExpirationTime('1m')
    .sign(key.key);
  const sent = await postForm(`${server.origin}/oauth2/backchannel`, { request }, basic(signing));
  expect([sent.status, sent.body['error_description']]).toEqual([200, undefined]);
});

describe('the record of a client', () => {
  const refused = async (fields: object) => {
    const answered = await server.admin('POST', '', { client_name: 'x', redirect_uris: [], ...fields });
    const { errors } = (await answered.json()) as { errors: { pointer: string }[] };
    return [answered.status, ...errors.map(({ pointer }) => pointer)];
  };

  test('is refused what contradicts the grant type', async () => {
    const endpoint = 'backchannel_client_notification_endpoint';
    const ping = { grant_types: GRANTS, backchannel_token_delivery_mode: 'ping' };
    expect(await refused(ping)).toEqual([422, `/${endpoint}`]);
    expect(await refused({ ...ping, [endpoint]: 'http://rp.example/ping' })).toEqual([422, `/${endpoint}`]);
    expect(await refused({ ...ping, [endpoint]: 'https://192.168.0.1/ping' })).toEqual([422, `/${endpoint}`]);
    expect(await refused({ grant_types: GRANTS, [endpoint]: 'https://rp.example/ping' })).toEqual([
      422,
      `/${endpoint}`,
    ]);
    expect(await refused({ grant_types: GRANTS, client_type: 'public' })).toEqual([422, '/grant_types/0']);
    expect(await refused({ grant_types: GRANTS, backchannel_token_delivery_mode: 'push' })).toEqual([
      422,
      '/backchannel_token_delivery_mode',
    ]);
    expect(
      await refused({ grant_types: ['client_credentials'], backchannel_token_delivery_mode: 'poll' }),
    ).toEqual([422, '/backchannel_token_delivery_mode']);
  });
});

test('discovery says it exactly when it is on; without it neither endpoint nor page is there', async () => {
  const names = /"(backchannel_(?:authentication|token|user)[a-z_]+)"/g;
  const metadataOf = async (node: TestServer) =>
    (await fetch(`${node.origin}/.well-known/openid-configuration`)).text();
  const said = [...(await metadataOf(server)).matchAll(names)].map(([, name]) => name);
  expect(said.sort()).toEqual([
    'backchannel_authentication_endpoint',
    'backchannel_authentication_request_signing_alg_values_supported',
    'backchannel_token_delivery_modes_supported',
  ]);
  expect(JSON.parse(await metadataOf(server))).toMatchObject({
    backchannel_token_delivery_modes_supported: ['poll', 'ping'],
  });
  const off = await startTestServer({ nodeOf: server, env: { TRUSTED_PROXIES: '1' } });
  try {
    expect(await metadataOf(off)).not.toMatch(names);
    expect((await postForm(`${off.origin}/oauth2/backchannel`, {}, basic(client))).status).toBe(404);
    expect((await fetch(`${off.origin}/oauth2/backchannel`)).status).toBe(404);
    const home = await atHome(server);
    expect((await home.open(PAGE, off.origin)).status).toBe(404);
    const token = await off.adminToken();
    const made = await fetch(off.origin + CLIENTS, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ client_name: 'x', grant_types: GRANTS, redirect_uris: [] }),
    });
    expect(made.status).toBe(422);
  } finally {
    await off.close();
  }
});
