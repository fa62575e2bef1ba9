import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

type Metadata = Record<string, unknown>;
const DOCUMENTS = ['openid-configuration', 'oauth-authorization-server'];
/** What the protocol can have beyond its defaults. */
const EVERYTHING = {
  ALLOW_IMPLICIT: 'true',
  ALLOW_PLAIN_PKCE: 'true',
  CIBA: 'on',
  CLIENT_ID_DOCUMENTS: 'on',
  IDENTITY_ISSUERS: JSON.stringify([{ issuer: 'https://idp.example', jwks_uri: 'https://idp.example/jwks' }]),
  MTLS_CERTIFICATE_HEADER: 'Client-Cert',
  MTLS_CERTIFICATE_FORMAT: 'nginx',
  MTLS_ORIGIN: 'https://mtls.example',
  PAR: 'required',
  REGISTRATION: 'open',
  SIGNING_ALGORITHMS: 'RS256,ES256,PS256,EdDSA',
  TRUSTED_PROXIES: '1',
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function metadata(document: string, headers: Record<string, string> = {}): Promise<Metadata> {
  const answer = await fetch(`${server.origin}/.well-known/${document}`, { headers });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  return (await answer.json()) as Metadata;
}

describe.each(DOCUMENTS)('%s', (document) => {
  test('names every endpoint that is on, and no other', async () => {
    const found = Object.entries(await metadata(document)).filter(([name]) => /_(endpoint|uri)$/.test(name));
    expect(Object.fromEntries(found)).toEqual({
      authorization_endpoint: `${server.issuer}/oauth2/authorize`,
      token_endpoint: `${server.issuer}/oauth2/token`,
      userinfo_endpoint: `${server.issuer}/oauth2/userinfo`,
      introspection_endpoint: `${server.issuer}/oauth2/introspect`,
      revocation_endpoint: `${server.issuer}/oauth2/revoke`,
      device_authorization_endpoint: `${server.issuer}/oauth2/device`,
      pushed_authorization_request_endpoint: `${server.issuer}/oauth2/par`,
      end_session_endpoint: `${server.issuer}/oauth2/logout`,
      jwks_uri: `${server.issuer}/oauth2/jwks`,
    });
  });

  test('offers only what this version supports', async () => {
    const found = await metadata(document);
    expect(found).toMatchObject({
      issuer: server.issuer,
      authorization_response_iss_parameter_supported: true,
      backchannel_logout_supported: true,
      claims_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
      request_uri_parameter_supported: false,
      response_types_supported: ['code'],
      subject_types_supported: ['public', 'pairwise'],
      ui_locales_supported: ['en'],
    });
    expect(found).toMatchObject({
      request_parameter_supported: true,
      request_object_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
      authorization_signing_alg_values_supported: ['RS256', 'ES256'],
    });
    expect(found).toMatchObject({
      dpop_signing_alg_values_supported: ['ES256', 'PS256', 'EdDSA', 'Ed25519'],
      introspection_signing_alg_values_supported: ['RS256', 'ES256'],
      id_token_encryption_alg_values_supported: expect.arrayContaining(['RSA-OAEP-256', 'ECDH-ES']),
    });
    expect(JSON.stringify(found)).not.toMatch(/"(?:HS\d+|dir|A\d+(?:GCM)?KW)"/);
    expect(found['identity_chaining_requested_token_types_supported']).toEqual([
      'urn:ietf:params:oauth:token-type:id-jag',
    ]);
    expect(found).not.toHaveProperty('authorization_grant_profiles_supported');
    expect(found).not.toHaveProperty('require_pushed_authorization_requests');
    expect(found).not.toHaveProperty('request_object_encryption_alg_values_supported');
    expect(sorted(found['grant_types_supported'])).toEqual([
      'authorization_code',
      'client_credentials',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:device_code',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ]);
    expect(sorted(found['token_endpoint_auth_methods_supported'])).toEqual([
      'client_secret_basic',
      'client_secret_post',
      'none',
      'private_key_jwt',
    ]);
    for (const endpoint of ['introspection', 'revocation'])
      expect(found[`${endpoint}_endpoint_auth_methods_supported`]).toEqual(
        found['token_endpoint_auth_methods_supported'],
      );
    expect(sorted(found['scopes_supported'])).toEqual([
      'address',
      'email',
      'offline_access',
      'openid',
      'phone',
      'profile',
    ]);
    expect(JSON.stringify(found['token_endpoint_auth_signing_alg_values_supported'])).not.toContain('HS');
  });

  test('does not follow a forged Host header', async () => {
    const honest = await metadata(document);
    const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
    expect(await metadata(document, forged)).toEqual(honest);
    expect(await metadata(document, { ...forged, forwarded: 'host=evil.example;proto=https' })).toEqual(
      honest,
    );
  });
});

test('the answer to an authorization request with a forged Host names the issuer', async () => {
  const client = await server.register();
  const url = oidc.buildAuthorizationUrl(await relyingParty(server, client), {
    redirect_uri: 'https://rp.example/callback',
    scope: 'openid',
    prompt: 'none',
    state: 's',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  });
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
  const answer = await fetch(url, { headers, redirect: 'manual' });
  const back = new URL(answer.headers.get('location') ?? '');
  expect(back.origin).toBe('https://rp.example');
  expect(back.searchParams.get('iss')).toBe(server.issuer);
});

test('features that are off have no endpoint', async () => {
  for (const path of ['/oauth2/register', '/oauth2/ciba', '/.well-known/openid-credential-issuer']) {
    const answer = await fetch(server.origin + path, { method: 'POST', body: new URLSearchParams() });
    expect([path, answer.status]).toEqual([path, 404]);
  }
});

test('the JWKS publishes a current and a next key of each algorithm, and nothing private', async () => {
  const answer = await fetch(`${server.origin}/oauth2/jwks`);
  const { keys } = (await answer.json()) as { keys: Metadata[] };
  expect(sorted(keys.map(({ alg }) => alg))).toEqual(['ES256', 'ES256', 'RS256', 'RS256']);
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(4);
  for (const key of keys) {
    const members =
      key['kty'] === 'RSA'
        ? ['alg', 'e', 'kid', 'kty', 'n', 'use']
        : ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'];
    expect(sorted(Object.keys(key))).toEqual(members);
    expect(key['use']).toBe('sig');
  }
});

function sorted(list: unknown): string[] {
  return [...(list as string[])].sort();
}

test.each(DOCUMENTS)('%s says what settings turn on, and nothing else is new', async (document) => {
  const node = await startTestServer({ nodeOf: server, env: EVERYTHING });
  try {
    const before = await metadata(document);
    const answer = await fetch(`${node.origin}/.well-known/${document}`);
    const after = (await answer.json()) as Metadata;
    const changed = Object.entries(after).filter(([name, value]) => !isDeepStrictEqual(value, before[name]));
    const algorithms = ['EdDSA', 'PS256', 'RS256', 'ES256'];
    const methods = [
      ...(before['token_endpoint_auth_methods_supported'] as string[]),
      'self_signed_tls_client_auth',
    ];
    const at = (path: string) => `https://mtls.example/oauth2/${path}`;
    expect(Object.fromEntries(changed)).toEqual({
      code_challenge_methods_supported: ['S256', 'plain'],
      grant_types_supported: expect.arrayContaining(['implicit', 'urn:openid:params:grant-type:ciba']),
      registration_endpoint: `${server.issuer}/oauth2/register`,
      response_types_supported: [
        'code',
        'id_token',
        'code id_token',
        'code token',
        'id_token token',
        'code id_token token',
        'token',
      ],
      id_token_signing_alg_values_supported: algorithms,
      userinfo_signing_alg_values_supported: algorithms,
      authorization_signing_alg_values_supported: algorithms,
      introspection_signing_alg_values_supported: algorithms,
      token_endpoint_auth_methods_supported: methods,
      introspection_endpoint_auth_methods_supported: methods,
      revocation_endpoint_auth_methods_supported: methods,
      require_pushed_authorization_requests: true,
      tls_client_certificate_bound_access_tokens: true,
      backchannel_authentication_endpoint: `${server.issuer}/oauth2/backchannel`,
      backchannel_token_delivery_modes_supported: ['poll', 'ping'],
      backchannel_authentication_request_signing_alg_values_supported:
        before['request_object_signing_alg_values_supported'],
      client_id_metadata_document_supported: true,
      authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
      mtls_endpoint_aliases: {
        token_endpoint: at('token'),
        revocation_endpoint: at('revoke'),
        introspection_endpoint: at('introspect'),
        device_authorization_endpoint: at('device'),
        pushed_authorization_request_endpoint: at('par'),
        userinfo_endpoint: at('userinfo'),
        backchannel_authentication_endpoint: at('backchannel'),
      },
    });
    expect(Object.keys(before).filter((name) => !(name in after))).toEqual([]);
  } finally {
    await node.close();
  }
});
