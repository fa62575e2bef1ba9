import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type AdminCaller,
  bearer,
  newOrganization,
  operator,
  withRole,
} from '../../harness/admin/admin-caller.js';
import { auditTrail } from '../../harness/database/database-probe.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const PROJECT = '/orgs/acme/projects/acme';
const FIELDS = {
  client_name: 'Console',
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: ['https://rp.example/callback'],
  scopes: ['clients.read', 'tenants.read'],
};

let server: TestServer;
let root: AdminCaller;
let projectAdmin: AdminCaller;
let organizationAdmin: AdminCaller;
let owner: { id: string; email: string; password: string };
beforeAll(async () => {
  server = await startTestServer();
  root = await operator(server);
  await newOrganization(server, 'acme');
  projectAdmin = await withRole(server, PROJECT, 'admin');
  organizationAdmin = await withRole(server, '/orgs/acme', 'admin');
  owner = await server.person();
  await root('POST', '/members', { subject: `account:${owner.id}`, role: 'owner' });
});
afterAll(() => server.close());

async function make(by: AdminCaller, fields: object = {}): Promise<RegisteredClient & { path: string }> {
  const { status, body } = await by('POST', `${PROJECT}/oauth_clients`, { ...FIELDS, ...fields });
  expect(status).toBe(201);
  return {
    ...(body as RegisteredClient & typeof body),
    path: `${PROJECT}/oauth_clients/${String(body['id'])}`,
  };
}

/** What the owner of the installation gives the client. */
async function tokensOf(client: RegisteredClient): Promise<Record<string, unknown>> {
  const resource = `${server.issuer}/admin`;
  const request = { scope: 'openid offline_access clients.read tenants.read', resource };
  const { form } = await obtainCode(await relyingParty(server, client), owner, request);
  return (await postForm(`${server.issuer}/oauth2/token`, { ...form, resource }, basic(client))).body;
}

test('the record shows it, and it follows from the maker', async () => {
  for (const [by, reach] of [
    [projectAdmin, 'project'],
    [organizationAdmin, 'organization'],
    [root, 'installation'],
  ] as const) {
    const { path } = await make(by);
    expect((await root('GET', path)).body['admin_reach']).toBe(reach);
    const { body } = await root('GET', `${PROJECT}/oauth_clients`);
    expect((body['data'] as object[])[0]).toMatchObject({ admin_reach: reach });
  }
});

test('it cannot be chosen for a new client, and is one of three', async () => {
  const made = await root('POST', `${PROJECT}/oauth_clients`, { ...FIELDS, admin_reach: 'installation' });
  expect([made.status, made.body['errors']]).toEqual([
    422,
    [expect.objectContaining({ pointer: '/admin_reach' })],
  ]);
  const { path } = await make(root);
  for (const admin_reach of ['everything', null, 7, '']) {
    const { status, body } = await root('PATCH', path, { admin_reach });
    expect([status, body['errors']]).toEqual([422, [expect.objectContaining({ pointer: '/admin_reach' })]]);
  }
});

test('it is widened by who has the scopes of the client there, and by no one else', async () => {
  const { id, path } = await make(projectAdmin);
  expect((await projectAdmin('PATCH', path, { admin_reach: 'organization' })).status).toBe(403);
  expect((await organizationAdmin('PATCH', path, { admin_reach: 'installation' })).status).toBe(403);
  const widened = await organizationAdmin('PATCH', path, { admin_reach: 'organization' });
  expect([widened.status, widened.body['admin_reach'], widened.headers.get('etag')]).toEqual([
    200,
    'organization',
    '"2"',
  ]);
  expect((await projectAdmin('PATCH', path, { admin_reach: 'project' })).status).toBe(403);
  expect((await root('PATCH', path, { admin_reach: 'installation' })).body['admin_reach']).toBe(
    'installation',
  );
  expect((await organizationAdmin('PATCH', path, { admin_reach: 'project' })).status).toBe(403);
  expect((await root('PATCH', path, { admin_reach: 'project' })).body['admin_reach']).toBe('project');
  const trail = (await auditTrail(server, id)).filter(({ action }) => action === 'client.updated');
  expect(trail.map(({ changed_fields }) => changed_fields)).toEqual([
    ['admin_reach'],
    ['admin_reach'],
    ['admin_reach'],
  ]);
});

test('a token needs the scopes, too: an owner whose token lacks one does not widen', async () => {
  const { path } = await make(projectAdmin);
  const narrow = bearer(server, await server.adminToken(['clients.read', 'clients.write']));
  const refused = await narrow('PATCH', path, { admin_reach: 'installation' });
  expect(refused.status).toBe(403);
});

test('scopes and reach that change together are authorized together', async () => {
  const { path } = await make(projectAdmin, { scopes: [] });
  const both = { admin_reach: 'organization', scopes: ['clients.read'] };
  expect((await projectAdmin('PATCH', path, both)).status).toBe(403);
  expect((await organizationAdmin('PATCH', path, both)).status).toBe(200);
  expect((await projectAdmin('PATCH', path, { scopes: ['clients.read', 'tenants.read'] })).status).toBe(403);
});

test('a client without scopes of administration, made wide, gets none from who could not', async () => {
  const { path } = await make(projectAdmin, { scopes: [] });
  expect((await projectAdmin('PATCH', path, { admin_reach: 'installation' })).status).toBe(200);
  expect((await projectAdmin('PATCH', path, { scopes: ['clients.read'] })).status).toBe(403);
});

test('a record that is read, edited and sent back keeps it', async () => {
  const { path } = await make(organizationAdmin);
  const { body } = await organizationAdmin('GET', path);
  const answer = await organizationAdmin('PATCH', path, { ...body, client_name: 'Edited' });
  expect([answer.status, answer.body['admin_reach']]).toEqual([200, 'organization']);
});

test('a change is in force at once: narrower with the next request, wider only for what is allowed after it', async () => {
  const client = await make(root);
  const tokens = await tokensOf(client);
  const call = bearer(server, String(tokens['access_token']));
  expect((await call('GET', '/orgs/default')).status).toBe(200);
  await root('PATCH', client.path, { admin_reach: 'project' });
  expect((await call('GET', '/orgs/default')).status).toBe(404);
  expect((await call('GET', `${PROJECT}/oauth_clients`)).status).toBe(200);
  await root('PATCH', client.path, { admin_reach: 'organization' });
  expect((await call('GET', `${PROJECT}/oauth_clients`)).status).toBe(401);
  const refresh = { grant_type: 'refresh_token', refresh_token: String(tokens['refresh_token']) };
  const { body } = await postForm(`${server.issuer}/oauth2/token`, refresh, basic(client));
  expect(body['error']).toBe('invalid_grant');
});
