import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { adminAudience } from '../../../src/tenancy/admin-tokens/admin-audience.js';
import { bearer, operator } from '../../harness/admin/admin-caller.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const CLIENTS = '/orgs/default/projects/default/oauth_clients';
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** A client that has admin scopes for itself and for the people who use it. */
function registerAdmin(fields: Record<string, unknown> = {}): Promise<RegisteredClient> {
  return server.register({
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    scopes: ['openid', 'offline_access', 'clients.read', 'clients.write'],
    ...fields,
  });
}

async function ownToken(client: RegisteredClient) {
  const answer = await postForm(
    `${server.issuer}/oauth2/token`,
    {
      grant_type: 'client_credentials',
      scope: 'clients.read clients.write',
      resource: adminAudience(server.issuer),
    },
    basic(client),
  );
  return bearer(server, String(answer.body['access_token']));
}

async function personsToken(client: RegisteredClient, person: { email: string; password: string }) {
  const resource = adminAudience(server.issuer);
  const config = await relyingParty(server, client);
  const { form } = await obtainCode(config, person, {
    resource,
    scope: 'openid clients.read clients.write',
  });
  const answer = await postForm(`${server.issuer}/oauth2/token`, { ...form, resource }, basic(client));
  return bearer(server, String(answer.body['access_token']));
}

test('a client acts for itself with its own membership and nothing else', async () => {
  const client = await registerAdmin();
  const call = await ownToken(client);
  expect((await call('GET', CLIENTS)).status).toBe(404);
  const root = await operator(server);
  const body = { subject: `client:${client.client_id}`, role: 'viewer' };
  await root('POST', '/orgs/default/members', body);
  expect((await call('GET', CLIENTS)).status).toBe(200);
  expect((await call('POST', CLIENTS, { client_name: 'Never' })).status).toBe(403);
});

test("a client under an account's id gains nothing, and neither does the account", async () => {
  const [owner, nobody] = [await server.person(), await server.person()];
  const root = await operator(server);
  await root('POST', '/members', { subject: `account:${owner.id}`, role: 'owner' });
  const impostor = await registerAdmin({ client_id: owner.id });
  expect((await (await ownToken(impostor))('GET', CLIENTS)).status).toBe(404);

  const twin = await registerAdmin({ client_id: nobody.id });
  await root('POST', '/members', { subject: `client:${nobody.id}`, role: 'owner' });
  expect((await (await ownToken(twin))('GET', CLIENTS)).status).toBe(200);
  expect((await (await personsToken(twin, nobody))('GET', CLIENTS)).status).toBe(404);
});

test("a person's token dies at once with the client that got it", async () => {
  const person = await server.person();
  const root = await operator(server);
  await root('POST', '/orgs/default/members', { subject: `account:${person.id}`, role: 'admin' });
  const client = await registerAdmin();
  const call = await personsToken(client, person);
  const made = await call('POST', CLIENTS, {
    client_name: 'Made by a person',
    redirect_uris: ['https://rp.example/cb'],
  });
  expect(made.body['created_by']).toBe(`account:${person.id}`);
  await server.admin('DELETE', `/${client.id}`);
  const refused = await call('GET', CLIENTS);
  expect(refused.status).toBe(401);
  expect(refused.headers.get('www-authenticate')).toMatch(/invalid_token/);
});

test('nobody can register the client_id of the command line', async () => {
  const root = await operator(server);
  const refused = await root('POST', CLIENTS, {
    client_name: 'Command line',
    client_id: 'postern-command-line',
    redirect_uris: ['https://rp.example/cb'],
  });
  expect(refused.status).toBe(422);
  expect(refused.body['errors']).toEqual([expect.objectContaining({ pointer: '/client_id' })]);
});
