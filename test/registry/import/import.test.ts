import { pbkdf2Sync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import bcrypt from 'bcrypt';
import { type AdminAnswer, callAdmin, withRole } from '../../harness/admin/admin-caller.js';
import { pointersOf } from '../../harness/admin/catalogue.js';
import { PROJECT } from '../../harness/admin/usage.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const IMPORT = `${PROJECT}/oauth_clients/import`;
const SECRET = 'example-client-secret';
/** SHA-256 of the secret, as the reference of Supabase's table has it. */
const SUPABASE_HASH = '6-sAVn33y2sGHZl6331AmzWK0yMi6Qy5IXhdetApm38';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { CLIENT_SECRET_ATTEMPTS: '1000' } });
});
afterAll(() => server.close());

interface Report extends Record<string, unknown> {
  system: string;
  written: boolean;
  counts: Record<string, number>;
  clients: {
    client_id: string;
    outcome: string;
    changed_fields: string[];
    needs_secret: boolean;
    left_out: { pointer: string }[];
    errors: { pointer: string; detail: string }[];
  }[];
}

function send(content: unknown, options: object = {}): Promise<AdminAnswer<Report>> {
  return callAdmin<Report>(server, 'POST', IMPORT, { content, ...options });
}

async function clientNamed(clientId: string): Promise<Record<string, unknown> | undefined> {
  const path = `${PROJECT}/oauth_clients?text=${encodeURIComponent(clientId)}`;
  const { body } = await callAdmin(server, 'GET', path);
  return (body['data'] as Record<string, unknown>[]).find((client) => client['client_id'] === clientId);
}

const outcomes = ({ body }: AdminAnswer<Report>) =>
  body.clients.map(({ client_id, outcome }) => [client_id, outcome]);

function hydraHash(secret: string): string {
  const salt = Buffer.from('synthetic-salt16');
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$pbkdf2-sha256$i=25000,l=32$${text(salt)}$${text(pbkdf2Sync(secret, salt, 25_000, 32, 'sha256'))}`;
}

function machine(clientId: string, more: object = {}): Record<string, unknown> {
  return {
    client_id: clientId,
    client_name: clientId,
    grant_types: ['client_credentials'],
    scope: '',
    ...more,
  };
}

async function tokenStatus(clientId: string, secret: string): Promise<number> {
  const header = basic({ id: '', client_id: clientId, client_secret: secret });
  const form = { grant_type: 'client_credentials' };
  return (await postForm(`${server.issuer}/oauth2/token`, form, header)).status;
}

async function hashesOf(clientId: string): Promise<string[]> {
  const { rows } = await server.database.pool.query<{ hash: string }>(
    `SELECT s.hash FROM oauth_client_secrets s JOIN oauth_clients c ON c.id = s.oauth_client_id
     WHERE c.client_id = $1 ORDER BY s.created_at`,
    [clientId],
  );
  return rows.map(({ hash }) => hash);
}

test.each([
  ['plain text', SECRET],
  ['PBKDF2 of Ory Hydra', hydraHash(SECRET)],
  ['bcrypt of PHP', bcrypt.hashSync(SECRET, 4).replace('$2b$', '$2y$')],
])('a secret that came as %s works, and its hash becomes one of ours', async (name, secret) => {
  const clientId = `kept ${name}`;
  const sent = await send(machine(clientId, { client_secret: secret }));
  expect([sent.status, outcomes(sent)]).toEqual([200, [[clientId, 'created']]]);
  expect(await tokenStatus(clientId, 'wrong')).toBe(401);
  expect(await tokenStatus(clientId, SECRET)).toBe(200);
  expect((await hashesOf(clientId))[0]).toMatch(/^\$2b\$10\$/);
  expect(await tokenStatus(clientId, SECRET)).toBe(200);
  expect(await tokenStatus(clientId, 'wrong')).toBe(401);
  expect(outcomes(await send(machine(clientId, { client_secret: secret })))).toEqual([
    [clientId, 'unchanged'],
  ]);
});

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

test('a file is imported as a whole, or what can be of it, or not at all in a trial', async () => {
  const [good, bad] = [machine('whole-good'), machine('whole-bad', { scope: 'nowhere.known' })];
  const trial = await send([good, bad], { dry_run: true });
  expect(trial.body).toMatchObject({ written: false, counts: { created: 1, invalid: 1 } });
  const refused = await send([good, bad]);
  expect([refused.status, pointersOf(refused)]).toEqual([422, ['/content/1/scope/0']]);
  expect(await clientNamed('whole-good')).toBeUndefined();
  const partly = await send([good, bad], { partial: true });
  expect(partly.body).toMatchObject({ written: true, counts: { created: 1, invalid: 1 } });
  expect(await clientNamed('whole-good')).toBeDefined();
  expect(await clientNamed('whole-bad')).toBeUndefined();
  const twice = await send([machine('whole-twice'), machine('whole-twice')], { partial: true });
  expect(outcomes(twice).map(([, outcome]) => outcome)).toEqual(['created', 'conflict']);
});

test('a client that is here already is changed only when that is wanted', async () => {
  const record = machine('again', { client_secret: SECRET, policy_uri: 'https://a.example/one' });
  await send(record);
  const next = { ...record, policy_uri: 'https://a.example/two', client_secret: hydraHash('second') };
  const conflict = await send(next);
  expect(conflict.status).toBe(422);
  expect(JSON.stringify(conflict.body)).toContain('policy_uri, secrets');
  const updated = await send(next, { update: true });
  expect(updated.body.clients[0]).toMatchObject({
    outcome: 'updated',
    changed_fields: ['policy_uri', 'secrets'],
  });
  expect(await tokenStatus('again', 'second')).toBe(200);
  expect(await tokenStatus('again', SECRET)).toBe(200);
  const third = await send({ ...next, client_secret: 'a third secret' }, { update: true });
  expect(JSON.stringify(third.body)).toContain('two secrets');
  const asPublic = await send(
    { ...record, token_endpoint_auth_method: 'none', grant_types: ['authorization_code'], client_secret: '' },
    { update: true, partial: true },
  );
  expect(asPublic.body.clients[0]).toMatchObject({ outcome: 'conflict' });
  const id = String((await clientNamed('again'))?.['id']);
  await server.admin('DELETE', `/${id}`);
  expect((await send(record, { partial: true })).body.clients[0]?.errors[0]?.detail).toMatch(/restore/);
});

test('a client of another project or of dynamic registration is never merged with', async () => {
  await callAdmin(server, 'POST', '/orgs/default/projects', { slug: 'other', name: 'Other' });
  const other = '/orgs/default/projects/other/oauth_clients';
  const body = { client_name: 'Elsewhere', client_id: 'elsewhere', redirect_uris: ['https://a.example/cb'] };
  await callAdmin(server, 'POST', other, body);
  const sent = await send(machine('elsewhere'), { update: true, partial: true });
  expect(sent.body.clients[0]).toMatchObject({ outcome: 'conflict' });
  await send(machine('themselves'));
  await server.database.pool.query(
    `UPDATE oauth_clients SET registration_type = 'dynamic' WHERE client_id = 'themselves'`,
  );
  expect(outcomes(await send(machine('themselves'), { partial: true }))).toEqual([
    ['themselves', 'conflict'],
  ]);
});

test.each([
  ['no object', 'text', '/content'],
  ['nothing', [], '/content'],
  ['an empty list', { clients: [] }, '/content/clients'],
  ['an entry that is none', { clients: [1] }, '/content/clients/0'],
  ['too many', Array.from({ length: 201 }, (_, index) => machine(`many-${String(index)}`)), '/content'],
  ['a client_id that is reserved', machine('postern'), '/content/client_id'],
  [
    'no client_id',
    { client_name: 'Nameless', redirect_uris: ['https://a.example/cb'] },
    '/content/client_id',
  ],
  ['a list that is none', machine('odd', { redirect_uris: { a: 1 } }), '/content/redirect_uris'],
])('content with %s is refused', async (_name, content, pointer) => {
  const answer = await send(content);
  expect([answer.status, pointersOf(answer)]).toEqual([422, [pointer]]);
});

test('the body itself is read like every other', async () => {
  const answer = await callAdmin(server, 'POST', IMPORT, { system: 'nobody', colour: 'red', dry_run: 'yes' });
  expect([answer.status, pointersOf(answer)]).toEqual([422, ['/colour', '/content', '/dry_run', '/system']]);
});

test('an import gives no more than the caller could give one by one', async () => {
  const viewer = await withRole(server, PROJECT, 'viewer');
  expect((await viewer('POST', IMPORT, { content: machine('by-viewer') })).status).toBe(403);
  const admin = await withRole(server, PROJECT, 'admin');
  expect((await admin('POST', IMPORT, { content: machine('by-admin') })).status).toBe(200);
  for (const more of [{ skip_consent: true }, { scope: 'tenants.write' }]) {
    const answer = await admin('POST', IMPORT, { content: machine('by-admin-too', more) });
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toMatch(/Only an owner|only by a caller/);
  }
  const stranger = await withRole(server, PROJECT);
  expect((await stranger('POST', IMPORT, { content: machine('by-stranger') })).status).toBe(404);
});
