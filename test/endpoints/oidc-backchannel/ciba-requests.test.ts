import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type JWTPayload, SignJWT } from 'jose';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import {
  CLIENTS,
  type RegisteredClient,
  startTestServer,
  type TestServer,
} from '../../harness/nodes/test-server.js';
import { atHome } from '../../harness/pages/account-pages.js';
import { signingKey } from '../../harness/protocol/signing-client.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { cibaFixture, GRANTS, PAGE } from './ciba-fixture.js';

const { ask, begin, client, other, poll, server } = await cibaFixture();

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
    for (const address of [email, 'flooded@people.example']) {
      const sent = [];
      // However the address is written.
      for (let turn = 0; turn < 11; turn++)
        sent.push(await ask({ login_hint: turn % 2 ? address : ` ${address.toUpperCase()} ` }));
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
  const send = async (sent: JWTPayload) => {
    const request = await new SignJWT(sent)
      .setProtectedHeader({ alg: 'ES256', kid: 'signing' })
      .setIssuer(signing.client_id)
      .setAudience(server.issuer)
      .setExpirationTime('1m')
      .sign(key.key);
    const { status, body } = await postForm(
      `${server.origin}/oauth2/backchannel`,
      { request },
      basic(signing),
    );
    return [status, body['error'], body['error_description']];
  };
  expect(await send(claims)).toEqual([200, undefined, undefined]);
  // CIBA section 7.1.1: a signed request has all of them.
  for (const name of ['iat', 'nbf', 'jti'])
    expect(await send({ ...claims, [name]: undefined })).toEqual([
      400,
      'invalid_request',
      `the request object is refused: it needs ${name}`,
    ]);
});

test('a client that signs assertions names the issuer, and no endpoint of ours or of others', async () => {
  const { jwk, key } = await signingKey('ES256');
  const jwks = { keys: [jwk] };
  const fields = {
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: GRANTS,
    redirect_uris: [],
    jwks,
  };
  const { client_id: id } = await server.register(fields);
  const send = async (audience: string | string[]) => {
    const assertion = await new SignJWT({ jti: randomUUID(), sub: id })
      .setProtectedHeader({ alg: 'ES256', kid: 'signing' })
      .setIssuer(id)
      .setAudience(audience)
      .setExpirationTime('1m')
      .sign(key.key);
    const { status } = await postForm(`${server.origin}/oauth2/backchannel`, {
      scope: 'openid',
      login_hint: 'nobody@example.com',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
    return [audience, status];
  };
  expect(await send(server.issuer)).toEqual([server.issuer, 200]);
  for (const audience of [
    `${server.issuer}/oauth2/backchannel`,
    `${server.issuer}/oauth2/token`,
    `${server.issuer}/oauth2/par`,
    'https://other.example/oauth2/backchannel',
    [server.issuer, `${server.issuer}/oauth2/backchannel`],
    [server.issuer, 'https://other.example'],
  ])
    expect(await send(audience)).toEqual([audience, 401]);
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
