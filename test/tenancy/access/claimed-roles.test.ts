import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ADMIN_SCOPES } from '../../../src/tenancy/access/permissions.js';
import { readSettings } from '../../../src/settings/settings.js';
import { bearer, newOrganization, operator } from '../../harness/admin/admin-caller.js';
import { type OutsideIssuer, startOutsideIssuer } from '../../harness/outside/outside-issuer.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const CLIENT = { client_name: 'By an outsider', redirect_uris: ['https://rp.example/cb'] };
let server: TestServer;
let outside: OutsideIssuer;
beforeAll(async () => {
  outside = await startOutsideIssuer('postern');
  const entry = {
    issuer: outside.issuer,
    jwks_uri: outside.jwksUri,
    audience: 'postern',
    roles_claim: 'groups',
    roles: {
      'postern-admins': { org: 'acme', role: 'admin' },
      'one-project': { org: 'acme', project: 'acme', role: 'viewer' },
      ghosts: { org: 'nowhere', role: 'owner' },
      ops: { role: 'owner' },
    },
  };
  server = await startTestServer({ env: { ADMIN_ISSUERS: JSON.stringify([entry]) } });
  await newOrganization(server, 'acme');
});
afterAll(async () => {
  await server.close();
  await outside.close();
});

const caller = async (sub: string, groups: unknown) =>
  bearer(server, await outside.token({ sub, groups, scope: ADMIN_SCOPES.join(' ') }));

/** Reading and registering clients of acme, reading the organization, making one, reading clients of another. */
test.each([
  ['postern-admins', [200, 201, 200, 403, 404]],
  [
    ['unknown', 'postern-admins'],
    [200, 201, 200, 403, 404],
  ],
  [['one-project'], [200, 403, 200, 403, 404]],
  [
    ['one-project', 'postern-admins'],
    [200, 201, 200, 403, 404],
  ],
  [['ops'], [200, 201, 200, 422, 200]],
  [['ghosts'], [404, 404, 404, 404, 404]],
  [
    ['__proto__', 'constructor', 7, null],
    [404, 404, 404, 404, 404],
  ],
  [undefined, [404, 404, 404, 404, 404]],
])('the groups %j', async (groups, statuses) => {
  const call = await caller('somebody', groups);
  const answers = [
    await call('GET', '/orgs/acme/projects/acme/oauth_clients'),
    await call('POST', '/orgs/acme/projects/acme/oauth_clients', CLIENT),
    await call('GET', '/orgs/acme'),
    await call('POST', '/orgs', {}),
    await call('GET', '/orgs/default/projects/default/oauth_clients'),
  ];
  expect(answers.map(({ status }) => status)).toEqual(statuses);
});

test('lists follow the claims', async () => {
  const slugs = async (groups: unknown, path: string) => {
    const { body } = await (await caller('somebody', groups))('GET', path);
    return (body['data'] as { slug: string }[]).map(({ slug }) => slug);
  };
  expect(await slugs(['postern-admins'], '/orgs')).toEqual(['acme']);
  expect(await slugs(['one-project'], '/orgs')).toEqual(['acme']);
  expect(await slugs(['one-project'], '/orgs/acme/projects')).toEqual(['acme']);
  expect(await slugs(['ops'], '/orgs')).toEqual(['acme', 'default']);
  expect(await slugs(['ghosts'], '/orgs')).toEqual([]);
});

test('claims and memberships add up', async () => {
  const root = await operator(server);
  const subject = `${outside.issuer}|ida`;
  expect((await root('POST', '/orgs/acme/members', { subject, role: 'owner' })).status).toBe(201);
  const body = { name: 'By Ida' };
  expect((await (await caller('ida', undefined))('PATCH', '/orgs/acme', body)).status).toBe(200);
  expect((await (await caller('ida', ['one-project']))('PATCH', '/orgs/acme', body)).status).toBe(200);
  expect((await (await caller('eve', ['one-project']))('PATCH', '/orgs/acme', body)).status).toBe(403);
  const made = await (await caller('ida', []))('POST', '/orgs/acme/projects/acme/oauth_clients', CLIENT);
  expect(made.body['created_by']).toBe(subject);
});

test.each([
  [{ roles: { ops: { role: 'owner' } } }, /ADMIN_ISSUERS\.0\.roles_claim: name the claim/],
  [{ roles_claim: 'groups' }, /ADMIN_ISSUERS\.0\.roles: say what role/],
  [{ roles_claim: 'groups', roles: { ops: { role: 'king' } } }, /roles\.ops\.role: must be owner, admin/],
  [{ roles_claim: 'groups', roles: { ops: { role: 'admin' } } }, /roles\.ops\.role: without an org/],
  [
    { roles_claim: 'groups', roles: { ops: { role: 'owner', project: 'p' } } },
    /roles\.ops\.org: name the organization/,
  ],
  [
    { roles_claim: 'groups', roles: { ops: { role: 'owner', org: 'Not a slug' } } },
    /roles\.ops\.org: must be the slug/,
  ],
  [
    { roles_claim: 'groups', roles: { ops: { role: 'owner', organisation: 'x' } } },
    /roles\.ops: .*organisation/,
  ],
])('settings with %j are refused', (more, message) => {
  const issuer = { issuer: 'https://idp.example', jwks_uri: 'https://idp.example/jwks', audience: 'postern' };
  const env = { ADMIN_ISSUERS: JSON.stringify([{ ...issuer, ...more }]) };
  expect(() => readSettings(env)).toThrow(message);
});
