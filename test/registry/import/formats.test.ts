import { expect, test } from '@jest/globals';
import { pointersOf } from '../../harness/admin/catalogue.js';
import { postForm } from '../../harness/protocol/wire.js';
import {
  importFixture,
  SECRET,
  outcomes,
  hydraHash,
  machine,
  SUPABASE_HASH,
} from '../../harness/admin/import-fixture.js';

const { server, send, clientNamed, tokenStatus, hashesOf } = await importFixture();

test('rows of Supabase Auth bring lists with commas and a SHA-256 of the secret', async () => {
  const row = {
    id: '7f8a0000-0000-4000-8000-000000000001',
    client_secret_hash: SUPABASE_HASH,
    registration_type: 'manual',
    client_type: 'confidential',
    redirect_uris: 'https://a.example/cb,https://b.example/cb',
    grant_types: 'authorization_code,refresh_token',
    client_name: null,
    client_uri: null,
    logo_uri: null,
    token_endpoint_auth_method: 'client_secret_post',
    deleted_at: null,
  };
  const gone = { ...row, id: 'gone', deleted_at: '2026-01-01T00:00:00Z' };
  const sent = await send([row, gone]);
  expect(sent.body).toMatchObject({ system: 'supabase', written: true });
  expect(outcomes(sent)).toEqual([
    [row.id, 'created'],
    ['gone', 'skipped'],
  ]);
  expect(await clientNamed(row.id)).toMatchObject({
    client_name: row.id,
    redirect_uris: ['https://a.example/cb', 'https://b.example/cb'],
    pkce_required: true,
  });
  const introspect = await postForm(`${server.issuer}/oauth2/introspect`, {
    token: 'x',
    client_id: row.id,
    client_secret: SECRET,
  });
  expect(introspect.status).toBe(200);
  expect((await hashesOf(row.id))[0]).toMatch(/^\$2b\$10\$/);
});

test('a realm of Keycloak: what is its own is skipped, what cannot be kept is told', async () => {
  const realm = {
    realm: 'demo',
    keycloakVersion: '26.0.0',
    clients: [
      { clientId: 'account', publicClient: true, redirectUris: ['/realms/demo/account/*'] },
      { clientId: 'saml', protocol: 'saml' },
      {
        id: '5b1f0000-0000-4000-8000-000000000002',
        clientId: 'shop',
        name: 'Shop',
        secret: SECRET,
        rootUrl: 'https://shop.example',
        redirectUris: ['/cb', 'https://www.shop.example/cb'],
        webOrigins: ['+'],
        publicClient: false,
        protocol: 'openid-connect',
        standardFlowEnabled: true,
        directAccessGrantsEnabled: true,
        serviceAccountsEnabled: true,
        consentRequired: true,
        clientAuthenticatorType: 'client-secret',
        attributes: {
          'post.logout.redirect.uris': 'https://shop.example/bye##/out',
          'backchannel.logout.session.required': 'true',
          'pkce.code.challenge.method': 'S256',
          'access.token.lifespan': '60',
        },
        defaultClientScopes: ['web-origins', 'profile', 'roles', 'email'],
        optionalClientScopes: ['offline_access'],
        protocolMappers: [],
      },
    ],
  };
  const sent = await send(realm);
  expect(outcomes(sent)).toEqual([
    ['account', 'skipped'],
    ['saml', 'skipped'],
    ['shop', 'created'],
  ]);
  expect(sent.body.clients[2]?.left_out.map(({ pointer }) => pointer).sort()).toEqual([
    '/clients/2/attributes/access.token.lifespan',
    '/clients/2/defaultClientScopes',
    '/clients/2/directAccessGrantsEnabled',
  ]);
  expect(await clientNamed('shop')).toMatchObject({
    client_name: 'Shop',
    redirect_uris: ['https://shop.example/cb', 'https://www.shop.example/cb'],
    post_logout_redirect_uris: ['https://shop.example/bye', 'https://shop.example/out'],
    allowed_cors_origins: null,
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    scopes: ['openid', 'offline_access', 'profile', 'email'],
    pkce_required: true,
  });
  expect(await tokenStatus('shop', SECRET)).toBe(200);

  const wildcard = { clientId: 'stars', publicClient: true, redirectUris: ['https://a.example/*'] };
  const masked = { clientId: 'masked', secret: '**********', redirectUris: ['https://a.example/cb'] };
  const refused = await send({ realm: 'demo', clients: [wildcard, masked] });
  expect([refused.status, pointersOf(refused)]).toEqual([
    422,
    ['/content/clients/0/redirectUris/0', '/content/clients/1/secret'],
  ]);
});

test('applications of Logto come with the rows of their secrets, those of Auth0 with theirs', async () => {
  const rows = [
    { application_id: 'logto-m2m', name: 'expired', value: 'long-ago', expires_at: 1 },
    { application_id: 'logto-m2m', name: 'one', value: SECRET, expires_at: null },
    { application_id: 'other', name: 'foreign', value: 'foreign-secret', expires_at: null },
  ];
  const logto = await send({
    applications: [
      {
        id: 'logto-m2m',
        name: 'Machine',
        type: 'MachineToMachine',
        oidc_client_metadata: { redirectUris: [] },
      },
      {
        id: 'logto-spa',
        name: 'Page',
        type: 'SPA',
        oidc_client_metadata: { redirectUris: ['https://spa.example/cb'] },
        custom_client_metadata: { corsAllowedOrigins: ['https://spa.example'], idTokenTtl: 60 },
      },
      { id: 'logto-saml', name: 'Old', type: 'SAML', oidc_client_metadata: {} },
    ],
    application_secrets: rows,
  });
  expect(outcomes(logto).map(([, outcome]) => outcome)).toEqual(['created', 'created', 'skipped']);
  expect(logto.body.clients[1]?.left_out.map(({ pointer }) => pointer)).toEqual([
    '/applications/1/custom_client_metadata/idTokenTtl',
  ]);
  for (const [secret, status] of [
    [SECRET, 200],
    ['long-ago', 401],
    ['foreign-secret', 401],
  ] as const)
    expect(await tokenStatus('logto-m2m', secret)).toBe(status);
  expect(await clientNamed('logto-spa')).toMatchObject({
    client_type: 'public',
    grant_types: expect.anything(),
  });

  const auth0 = await send([
    { client_id: 'all', global: true, callbacks: [], name: 'All Applications' },
    {
      client_id: 'auth0-web',
      name: 'Web',
      app_type: 'regular_web',
      client_secret: SECRET,
      callbacks: ['https://web.example/cb'],
      grant_types: ['authorization_code', 'client_credentials', 'http://auth0.com/oauth/grant-type/mfa-otp'],
      jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 36000 },
      is_first_party: true,
    },
  ]);
  expect(outcomes(auth0).map(([, outcome]) => outcome)).toEqual(['skipped', 'created']);
  expect(auth0.body.clients[1]?.left_out.map(({ pointer }) => pointer).sort()).toEqual([
    '/1/grant_types',
    '/1/is_first_party',
    '/1/jwt_configuration/lifetime_in_seconds',
  ]);
  expect(await tokenStatus('auth0-web', SECRET)).toBe(200);
});

test('Ory Hydra: lists of every shape, rows of its table, consent, and what a client has no secret for', async () => {
  const web = {
    client_id: 'hydra-web',
    client_name: 'Web',
    redirect_uris: ['https://web.example/cb'],
    grant_types: ['authorization_code'],
    scope: 'openid offline',
    skip_consent: true,
    metadata: { plan: 'gold' },
  };
  const listed = await send({ items: [web], next_page_token: '', is_last_page: true });
  expect(listed.body.clients[0]).toMatchObject({
    outcome: 'created',
    needs_secret: true,
    left_out: [{ pointer: '/items/0/metadata' }],
  });
  const record = await clientNamed('hydra-web');
  expect(record).toMatchObject({ first_party: true, scopes: ['openid'], secrets: [] });
  const id = String(record?.['id']);
  expect((await server.admin('POST', `/${id}/rotate_secret`)).status).toBe(200);
  // The secret that was made here since is no difference.
  expect(outcomes(await send([web]))).toEqual([['hydra-web', 'unchanged']]);

  const older = hydraHash('the one before');
  const row = machine('hydra-row', {
    pk: '1',
    nid: '2',
    grant_types: '["client_credentials"]',
    redirect_uris: '[]',
    client_secret: hydraHash(SECRET),
    rotated_secrets: JSON.stringify([hydraHash('the oldest'), older]),
  });
  const rows = await send(row);
  expect(rows.body.clients[0]?.left_out.map(({ pointer }) => pointer)).toEqual(['/rotated_secrets']);
  for (const [secret, status] of [
    [SECRET, 200],
    ['the one before', 200],
    ['the oldest', 401],
  ] as const)
    expect(await tokenStatus('hydra-row', secret)).toBe(status);
  expect(outcomes(await send(row))).toEqual([['hydra-row', 'unchanged']]);
});
