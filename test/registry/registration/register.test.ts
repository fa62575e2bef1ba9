import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { auditTrail, everyRow } from '../../harness/database/database-probe.js';
import { METADATA, selfRegister, send, tryRegister } from '../../harness/admin/registration.js';
import { obtainTokens } from '../../harness/protocol/relying-party.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { REGISTRATION: 'open', REGISTRATION_ATTEMPTS: '1000' } });
});
afterAll(() => server.close());

/** The record as operators see it. */
async function recordOf(clientId: string): Promise<Record<string, unknown>> {
  const answer = await server.admin('GET', `?text=${clientId}`);
  return ((await answer.json()) as { data: Record<string, unknown>[] }).data[0] ?? {};
}

describe('a client that registers itself', () => {
  test('with openid-client has a person sign in, and refreshes', async () => {
    const grants = ['authorization_code', 'refresh_token'];
    const config = await oidc.dynamicClientRegistration(
      new URL(server.issuer),
      { ...METADATA, grant_types: grants, token_endpoint_auth_method: 'client_secret_post' },
      undefined,
      { execute: [oidc.allowInsecureRequests] },
    );
    const person = await server.person();
    const tokens = await obtainTokens(config, person);
    expect(tokens.claims()).toMatchObject({ sub: person.id, aud: config.clientMetadata().client_id });
    const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token as string);
    expect(await oidc.fetchUserInfo(config, fresh.access_token, person.id)).toMatchObject({
      email: person.email,
    });
  });

  test('is told everything that was registered, and all that it needs to manage it', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { status, headers, body } = await tryRegister(server, METADATA);
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(body).toEqual({
      client_id: expect.any(String),
      client_secret: expect.stringMatching(/^pst_/),
      client_secret_expires_at: 0,
      client_id_issued_at: expect.any(Number),
      registration_access_token: expect.any(String),
      registration_client_uri: `${server.issuer}/oauth2/register/${String(body['client_id'])}`,
      ...METADATA,
      post_logout_redirect_uris: [],
      require_auth_time: false,
      backchannel_logout_session_required: false,
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      scope: expect.any(String),
      application_type: 'web',
      subject_type: 'public',
      require_pushed_authorization_requests: false,
      require_signed_request_object: false,
      authorization_details_types: [],
      dpop_bound_access_tokens: false,
      tls_client_certificate_bound_access_tokens: false,
      id_token_signed_response_alg: 'RS256',
    });
    expect(String(body['scope']).split(' ').sort()).toEqual(['email', 'openid', 'profile']);
    expect(Math.abs(Number(body['client_id_issued_at']) - before)).toBeLessThan(60);
  });

  test('is a dynamic, private client of nobody in the record and in the trail', async () => {
    const { client_id } = await selfRegister(server);
    const record = await recordOf(client_id);
    const { id } = record as { id: string };
    expect(record).toMatchObject({ registration_type: 'dynamic', created_by: null, visibility: 'private' });
    expect(record).toMatchObject({ client_type: 'confidential', pkce_required: null });
    expect(await auditTrail(server, id)).toMatchObject([
      { action: 'client.created', actor: 'dynamic-registration' },
    ]);
  });

  test('gets no secret when it is public', async () => {
    const client = await selfRegister(server, {
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
    });
    expect(client).not.toHaveProperty('client_secret');
    expect(client).not.toHaveProperty('client_secret_expires_at');
    expect(client).toMatchObject({ application_type: 'native', token_endpoint_auth_method: 'none' });
  });

  test('may say things that nobody here knows, and sees that they were not registered', async () => {
    const strange = { software_id: 'x', contacts: ['a@rp.example'], 'client_name#de': 'Roboter', colour: 1 };
    const foreign = { client_id: 'chosen', visibility: 'public', description: 'x', pkce_required: false };
    const client = await selfRegister(server, { ...strange, ...foreign, application_type: 'web' });
    for (const name of [...Object.keys(strange), 'visibility', 'description', 'pkce_required'])
      expect(client).not.toHaveProperty(name);
    expect(client.client_id).not.toBe('chosen');
    const record = await recordOf(client.client_id);
    expect(record).toMatchObject({ visibility: 'private', description: null, pkce_required: null });
  });

  test('leaves neither its secret nor its token in the database or the log', async () => {
    const client = await selfRegister(server);
    const next = await send('PUT', client.registration_client_uri, client.registration_access_token, {
      ...METADATA,
      client_id: client.client_id,
    });
    const kept = (await everyRow(server)) + server.logs();
    for (const secret of [
      client.client_secret,
      client.registration_access_token,
      String(next.body['registration_access_token']),
    ]) {
      expect(secret.length).toBeGreaterThan(40);
      expect(kept).not.toContain(secret);
      expect(kept).not.toContain(secret.slice(-43));
    }
  });
});

describe('a registration is refused', () => {
  const cases: [string, unknown, string, RegExp][] = [
    ['a fragment', { redirect_uris: ['https://rp.example/#x'] }, 'invalid_redirect_uri', /fragment/],
    ['no redirect URI', { redirect_uris: [] }, 'invalid_redirect_uri', /at least one/],
    [
      'http',
      { redirect_uris: ['http://rp.example/'] },
      'invalid_redirect_uri',
      /redirect_uris\/0: Use https/,
    ],
    [
      'client_secret_jwt',
      { token_endpoint_auth_method: 'client_secret_jwt' },
      'invalid_client_metadata',
      /hash/,
    ],
    ['a list as scope', { scope: ['openid'] }, 'invalid_client_metadata', /scope: Send the scopes as text/],
    [
      'an unknown type of subjects',
      { subject_type: 'random' },
      'invalid_client_metadata',
      /subject_type: Use one of: public, pairwise/,
    ],
    [
      'HS256',
      { id_token_signed_response_alg: 'HS256' },
      'invalid_client_metadata',
      /id_token_signed_response_alg: HS256 needs the secret itself, and only its hash is kept/,
    ],
    [
      'encryption',
      { id_token_encrypted_response_alg: 'RSA-OAEP' },
      'invalid_client_metadata',
      /needs a public key of the client/,
    ],
    ['a statement', { software_statement: 'e30.e30.' }, 'invalid_software_statement', /not accepted/],
    ['a private key', { jwks: { keys: [{ kty: 'oct', k: 'AA' }] } }, 'invalid_client_metadata', /jwks/],
  ];
  test.each(cases)('with %s', async (_what, fields, error, description) => {
    const { status, body } = await tryRegister(server, { ...METADATA, ...(fields as object) });
    expect({ status, body }).toEqual({
      status: 400,
      body: { error, error_description: expect.stringMatching(description) },
    });
  });

  test('with every mistake at once, in plain ASCII', async () => {
    const { body } = await tryRegister(server, {
      client_name: 'x'.repeat(2000),
      redirect_uris: ['javascript:alert(1)', 'https://b\u00fccher.example/'],
      logo_uri: 'http://rp.example/logo',
      grant_types: ['telepathy'],
      scope: ['a\u00e4"b'],
    });
    const text = String(body['error_description']);
    for (const part of [
      'client_name',
      'redirect_uris/0',
      'redirect_uris/1',
      'logo_uri',
      'grant_types/0',
      'scope',
    ])
      expect(text).toContain(`${part}: `);
    expect(text).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  test('when it is no JSON, too large, of another type or by another method', async () => {
    const url = `${server.origin}/oauth2/register`;
    const answers = [
      await send('POST', url, undefined, '{'),
      await send('POST', url, undefined, '[]'),
      await send('POST', url, undefined, { ...METADATA, padding: 'x'.repeat(1_100_000) }),
      await send('GET', url),
    ];
    expect(answers.map(({ status, body }) => [status, body['error']])).toEqual([
      [400, 'invalid_client_metadata'],
      [400, 'invalid_client_metadata'],
      [413, 'invalid_client_metadata'],
      [405, 'invalid_request'],
    ]);
    const form = await fetch(url, { method: 'POST', body: new URLSearchParams({ client_name: 'x' }) });
    expect(form.status).toBe(415);
  });
});

test('pages of any origin can register clients, without credentials', async () => {
  const headers = {
    origin: 'https://app.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  };
  const preflight = await fetch(`${server.origin}/oauth2/register`, { method: 'OPTIONS', headers });
  const { headers: answered } = await tryRegister(server, METADATA);
  const { headers: refused } = await tryRegister(server, { redirect_uris: [] });
  for (const given of [preflight.headers, answered, refused]) {
    expect(given.get('access-control-allow-origin')).toBe('*');
    expect(given.get('access-control-allow-credentials')).toBeNull();
  }
});

test('both discovery documents name the endpoint', async () => {
  for (const name of ['openid-configuration', 'oauth-authorization-server']) {
    const document = await send('GET', `${server.origin}/.well-known/${name}`);
    expect(document.body['registration_endpoint']).toBe(`${server.issuer}/oauth2/register`);
  }
});
