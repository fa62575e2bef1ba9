import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { type AdminCaller, bearer, newOrganization, operator } from '../../harness/admin/admin-caller.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { type OutsideIssuer, startOutsideIssuer } from '../../harness/outside/outside-issuer.js';
import { dpopProof } from '../../harness/protocol/dpop-proof.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const SECRET = 'a secret: of ours & them';
const PROJECT = '/orgs/acme/projects/acme';

let outside: OutsideIssuer;
let server: TestServer;
let other: TestServer;
beforeAll(async () => {
  outside = await startOutsideIssuer('postern');
  const { issuer, jwksUri, introspectionEndpoint } = outside;
  const entry = {
    issuer,
    jwks_uri: jwksUri,
    audience: 'postern',
    scope_claim: 'ext.permissions',
    scopes: { 'postern:read': ['clients.read', 'tenants.read'], 'postern:nothing': [], 'clients.write': [] },
    roles_claim: 'ext.groups',
    roles: { web: { org: 'acme', role: 'admin' } },
  };
  const introspection = {
    introspection_endpoint: introspectionEndpoint,
    introspection_client_id: 'postern admin',
    introspection_client_secret: SECRET,
  };
  const env = (more: object) => ({ ADMIN_ISSUERS: JSON.stringify([{ ...entry, ...more }]) });
  server = await startTestServer({ env: env(introspection) });
  other = await startTestServer({ nodeOf: server, env: env({}) });
  await newOrganization(server, 'acme');
});
beforeEach(() => {
  outside.opaque.clear();
  outside.introspected.length = 0;
});
afterAll(async () => {
  await other.close();
  await server.close();
  await outside.close();
});

const GOOD = { sub: 'ida', ext: { groups: ['web'], permissions: ['postern:read'] } };
const statuses = async (call: AdminCaller) => [
  (await call('GET', `${PROJECT}/oauth_clients`)).status,
  (await call('GET', '/orgs/acme')).status,
  (await call('POST', `${PROJECT}/oauth_clients`, {})).status,
];

describe('claims at a path', () => {
  test.each<[string, object, number[]]>([
    ['a role and mapped scopes', GOOD, [200, 200, 403]],
    [
      'names in one text',
      { sub: 'ida', ext: { groups: 'web', permissions: 'postern:read' } },
      [200, 200, 403],
    ],
    ['a scope that the mapping does not name', with_({ permissions: ['clients.read'] }), [200, 403, 403]],
    ['a scope that is mapped to nothing', with_({ permissions: ['postern:nothing'] }), [403, 403, 403]],
    ['a scope of ours that is mapped to nothing', with_({ permissions: ['clients.write'] }), [403, 403, 403]],
    [
      'a claim whose name has the dot',
      { sub: 'ida', 'ext.groups': 'web', 'ext.permissions': 'postern:read' },
      [200, 200, 403],
    ],
    ['no role', with_({ groups: undefined }), [404, 404, 404]],
    ['a path through a text', { sub: 'ida', ext: 'groups' }, [404, 404, 404]],
    ['a path through a list', { sub: 'ida', ext: [{ groups: ['web'] }] }, [404, 404, 404]],
    ['a path through null', { sub: 'ida', ext: null }, [404, 404, 404]],
    ['what every object has', { sub: 'ida', ext: { __proto__: { groups: ['web'] } } }, [404, 404, 404]],
    ['the role at the top', { sub: 'ida', groups: ['web'], permissions: ['postern:read'] }, [404, 404, 404]],
  ])('%s', async (_what, claims, expected) => {
    expect(await statuses(bearer(server, await outside.token({ ...claims })))).toEqual(expected);
  });
});

test('a JWT that is bound to a certificate is refused', async () => {
  const token = await outside.token({ ...GOOD, cnf: { 'x5t#S256': 'abc' } });
  expect((await bearer(server, token)('GET', '/orgs/acme')).status).toBe(401);
});

function with_(more: object): object {
  return { ...GOOD, ext: { ...GOOD.ext, ...more } };
}

describe('an opaque token', () => {
  const active = () => ({ active: true, aud: 'postern', iss: outside.issuer, ...GOOD });

  test('is told that a JWT is needed, where no introspection endpoint is configured', async () => {
    outside.opaque.set('opaque-1', active());
    const answer = await bearer(other, 'opaque-1')('GET', '/orgs/acme');
    expect([answer.status, answer.body['detail']]).toEqual([401, expect.stringContaining('JWT')]);
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
    expect(outside.introspected).toEqual([]);
  });

  test('is introspected with the credentials of the setting, and never in a URL or the log', async () => {
    outside.opaque.set('opaque-2', active());
    expect(await statuses(bearer(server, 'opaque-2'))).toEqual([200, 200, 403]);
    const [request] = outside.introspected;
    expect(request).toMatchObject({ url: '/introspect' });
    const credentials = ['postern admin', SECRET].map(encodeURIComponent).join(':');
    expect(request?.authorization).toBe(`Basic ${Buffer.from(credentials).toString('base64')}`);
    expect(Object.fromEntries(request?.form ?? [])).toEqual({
      token: 'opaque-2',
      token_type_hint: 'access_token',
    });
    expect(server.logs()).not.toMatch(/opaque-2|a secret/);
  });

  test('is asked about each time, so that a revocation is in force at once', async () => {
    outside.opaque.set('opaque-3', active());
    const call = bearer(server, 'opaque-3');
    expect((await call('GET', '/orgs/acme')).status).toBe(200);
    outside.opaque.set('opaque-3', { active: false });
    expect((await call('GET', '/orgs/acme')).status).toBe(401);
  });

  test.each<[string, object]>([
    ['not active', { active: false }],
    ['active in another type', { active: 'true' }],
    ['for another audience', { aud: 'elsewhere' }],
    ['for an audience that begins alike', { aud: 'postern-other' }],
    ['for no audience', { aud: undefined }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['expired', { exp: 1 }],
    ['expired in another type', { exp: '9999999999' }],
    ['without a subject', { sub: undefined }],
    ['with a subject that cannot be stored', { sub: 'a\nb' }],
  ])('that is %s is refused', async (_what, more) => {
    outside.opaque.set('opaque-4', { ...active(), ...more });
    expect((await bearer(server, 'opaque-4')('GET', '/orgs/acme')).status).toBe(401);
  });

  test('may leave out what RFC 7662 makes optional, and have several audiences', async () => {
    outside.opaque.set('opaque-5', { ...active(), iss: undefined, aud: ['elsewhere', 'postern'] });
    expect((await bearer(server, 'opaque-5')('GET', '/orgs/acme')).status).toBe(200);
  });

  test('that is bound to a key takes a proof of that key', async () => {
    const keys = await oidc.randomDPoPKeyPair('ES256', { extractable: true });
    const jkt = await calculateJwkThumbprint(await exportJWK(keys.publicKey));
    const token = 'opaque-bound';
    const path = '/admin/v1/orgs/acme';
    const call = async (scheme: string, proof?: string) => {
      const headers = {
        authorization: `${scheme} ${token}`,
        ...(proof === undefined ? {} : { dpop: proof }),
      };
      return fetch(server.origin + path, { headers });
    };
    const proof = () => dpopProof(keys, 'GET', server.issuer + path, { token });
    outside.opaque.set(token, { ...active(), cnf: { jkt } });
    const bare = await call('Bearer');
    expect(bare.status).toBe(401);
    expect(bare.headers.get('www-authenticate')).toMatch(/^DPoP .*error="invalid_token".*algs="ES256/);
    expect((await call('DPoP')).status).toBe(401);
    expect((await call('DPoP', await proof())).status).toBe(200);
    for (const cnf of [{ 'x5t#S256': 'abc' }, { jkt, 'x5t#S256': 'abc' }, {}, 'abc', [jkt]]) {
      outside.opaque.set(token, { ...active(), cnf });
      expect((await call('Bearer')).status).toBe(401);
      expect((await call('DPoP', await proof())).status).toBe(401);
    }
  });

  test.each<[string, unknown]>([
    ['refuses our credentials', 401],
    ['fails', 500],
    ['redirects', 302],
    ['answers no object', 'active'],
    ['answers with an empty body', null],
  ])('waits when the endpoint %s: 503 and nothing of it', async (_what, answer) => {
    outside.opaque.set('opaque-6', answer);
    const refused = await bearer(server, 'opaque-6')('GET', '/orgs/acme');
    expect(refused.status).toBe(503);
    expect(JSON.stringify(refused.body)).not.toMatch(/opaque-6|a secret|introspect/);
  });

  test('of our own is not sent to the outside issuer', async () => {
    const client = await server.register({
      grant_types: ['client_credentials'],
      redirect_uris: [],
      scopes: [],
    });
    const form = { grant_type: 'client_credentials' };
    const { body } = await postForm(`${server.issuer}/oauth2/token`, form, basic(client));
    expect((await bearer(server, String(body['access_token']))('GET', '/orgs')).status).toBe(401);
    expect(outside.introspected).toEqual([]);
  });

  test('that floods the server does not flood the issuer', async () => {
    const call = bearer(server, 'opaque-7');
    const answers = await Promise.all(Array.from({ length: 100 }, () => call('GET', '/orgs/acme')));
    const found = new Set(answers.map(({ status }) => status));
    expect([...found].every((status) => [401, 503].includes(status))).toBe(true);
    expect((await operator(server).then((root) => root('GET', '/orgs/acme'))).status).toBe(200);
  });
});
