import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AdminCaller } from '../../harness/admin/admin-caller.js';
import { bearer, newOrganization, operator, withRole } from '../../harness/admin/admin-caller.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let owner: { id: string; email: string; password: string };
beforeAll(async () => {
  server = await startTestServer();
  await newOrganization(server, 'acme');
  owner = await server.person();
  await (
    await operator(server)
  )('POST', '/members', { subject: `account:${owner.id}`, role: 'owner' });
});
afterAll(() => server.close());

const PROJECT = '/orgs/acme/projects/acme';
const FIELDS = {
  client_name: 'Console',
  redirect_uris: ['https://rp.example/callback'],
  scopes: ['clients.read', 'tenants.read'],
};

/** The owner of the installation, through a client that this caller has made. */
async function ownerThrough(make: AdminCaller): Promise<{ call: AdminCaller; id: string }> {
  const made = await make('POST', `${PROJECT}/oauth_clients`, FIELDS);
  expect(made.status).toBe(201);
  const client = made.body as RegisteredClient;
  const config = await relyingParty(server, client);
  const resource = `${server.issuer}/admin`;
  const request = { scope: 'openid clients.read tenants.read', resource };
  const { form } = await obtainCode(config, owner, request);
  const answer = await postForm(`${server.issuer}/oauth2/token`, { ...form, resource }, basic(client));
  return { call: bearer(server, String(answer.body['access_token'])), id: client.id };
}

const reads = async (call: AdminCaller): Promise<number[]> => {
  const paths = [`${PROJECT}/oauth_clients`, '/orgs/acme/members', '/orgs/default', '/members'];
  return Promise.all(paths.map(async (path) => (await call('GET', path)).status));
};

test('a token of a person reaches as far as the maker of the client did', async () => {
  await (
    await operator(server)
  )('POST', '/orgs/acme/projects', { slug: 'second', name: 'Second' });
  const byProject = await ownerThrough(await withRole(server, PROJECT, 'admin'));
  expect(await reads(byProject.call)).toEqual([200, 403, 404, 403]);
  expect((await byProject.call('GET', '/orgs/acme/projects/second/oauth_clients')).status).toBe(404);
  expect((await byProject.call('GET', '/orgs')).body).toMatchObject({ data: [{ slug: 'acme' }] });

  const byOrganization = await ownerThrough(await withRole(server, '/orgs/acme', 'admin'));
  expect(await reads(byOrganization.call)).toEqual([200, 200, 404, 403]);

  const byOwner = await ownerThrough(await operator(server));
  expect(await reads(byOwner.call)).toEqual([200, 200, 200, 200]);
});

test('a client that reaches further is changed only by who has its permissions there', async () => {
  const { id } = await ownerThrough(await operator(server));
  const change = { redirect_uris: ['https://evil.example/callback'] };
  const projectAdmin = await withRole(server, PROJECT, 'admin');
  expect((await projectAdmin('PATCH', `${PROJECT}/oauth_clients/${id}`, change)).status).toBe(403);
  const root = await operator(server);
  expect((await root('PATCH', `${PROJECT}/oauth_clients/${id}`, change)).status).toBe(200);
});

test('a new password ends the tokens that the account had', async () => {
  const { call } = await ownerThrough(await operator(server));
  expect((await call('GET', '/orgs')).status).toBe(200);
  await server.context.passwords.setPassword({ email: owner.email }, 'mauve otter 71 tramway');
  expect((await call('GET', '/orgs')).status).toBe(401);
});
