import { describe, expect, test } from '@jest/globals';
import { DEVICE_CODE_GRANT } from '../../harness/protocol/device.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

/** golang.org/x/oauth2, requests-oauthlib and Postman send `Basic client_id:` for a client without a secret. */
const { server, person, client, config } = await protocolFixture({
  client: {
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE_GRANT],
  },
});
const HEADER = basic(client, '');
const at = (path: string, fields: Record<string, string>, headers = HEADER) =>
  postForm(`${server.origin}/oauth2/${path}`, fields, headers);

describe('a public client that sends its client_id with an empty secret in the header', () => {
  test('redeems a code and refreshes', async () => {
    const { callback, request } = await obtainCode(config, person, { scope: 'openid offline_access' });
    const { body } = await at('token', {
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: request.redirectUri,
      code_verifier: request.checks.pkceCodeVerifier,
    });
    expect(body).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) });
    const refresh = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
    expect((await at('token', refresh)).status).toBe(200);
    const { body: introspection } = await at('introspect', { token: String(body['access_token']) });
    expect(introspection).toMatchObject({ active: true, client_id: client.client_id });
  });

  test.each<[string, Record<string, string>, number]>([
    ['revoke', { token: 'x' }, 200],
    ['introspect', { token: 'x' }, 200],
    ['device', { scope: 'openid' }, 200],
    [
      'par',
      {
        client_id: client.client_id,
        response_type: 'code',
        redirect_uri: 'https://rp.example/callback',
        scope: 'openid',
        code_challenge: 'x'.repeat(43),
        code_challenge_method: 'S256',
      },
      201,
    ],
  ])('is known at /oauth2/%s', async (path, fields, status) => {
    expect((await at(path, fields)).status).toBe(status);
  });

  test('may poll in the header and in the form, as Go does, and slows down in each', async () => {
    const { body } = await at('device', { scope: 'openid' });
    const fields = {
      grant_type: DEVICE_CODE_GRANT,
      client_id: client.client_id,
      device_code: String(body['device_code']),
    };
    const errors = [];
    for (const headers of [HEADER, {}, HEADER, {}])
      errors.push((await postForm(`${server.origin}/oauth2/token`, fields, headers)).body['error']);
    expect(errors).toEqual(['authorization_pending', 'authorization_pending', 'slow_down', 'slow_down']);
  });
});

describe.each(['token', 'revoke', 'introspect', 'device', 'par'])('at /oauth2/%s an empty secret', (path) => {
  const fields = { token: 'x', grant_type: 'authorization_code' };

  test('is no secret: a client that has one is told where to send it', async () => {
    const confidential = await server.register();
    const { status, body, headers } = await at(path, fields, basic(confidential, ''));
    expect([status, body['error']]).toEqual([401, 'invalid_client']);
    expect(body['error_description']).toMatch(/^this client has a secret: send it/);
    expect(headers.get('www-authenticate')).toMatch(/^Basic .*this client has a secret/);
  });

  test('of an unknown client is told that there is none, and of another client that they differ', async () => {
    const unknown = await at(path, fields, basic({ ...client, client_id: 'nobody' }, ''));
    expect([unknown.status, unknown.body['error']]).toEqual([401, 'invalid_client']);
    expect(unknown.body['error_description']).toMatch(/^no client with this client_id is registered/);
    const other = await at(path, { ...fields, client_id: 'nobody' });
    expect([other.status, other.body['error_description']]).toEqual([400, 'client_id mismatch']);
  });
});
