import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ADMIN_SCOPES } from '../../../src/tenancy/access/permissions.js';
import {
  type AdminCaller,
  bearer,
  newOrganization,
  operator,
  personCaller,
  withRole,
} from '../../harness/admin/admin-caller.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { signInToOwnPage } from '../../harness/pages/own-sign-in.js';

const MEMBERS = '/orgs/acme/members';

let server: TestServer;
let root: AdminCaller;
let owner: AdminCaller;
beforeAll(async () => {
  server = await startTestServer();
  root = await operator(server);
  await newOrganization(server, 'acme');
  owner = await withRole(server, '/orgs/acme', 'owner');
});
afterAll(() => server.close());

const add = (email: string, role = 'viewer', by = owner) => by('POST', MEMBERS, { email, role });
const account = async (email: string, verified: boolean): Promise<string> => {
  const fields = { email, email_verified: verified, password: 'mauve otter 71 tramway' };
  const { status, body } = await root('POST', '/accounts', fields);
  expect(status).toBe(201);
  return String(body['id']);
};
const reads = async (accountId: string) =>
  (await (await personCaller(server, accountId))('GET', '/orgs/acme')).status;

test('who cannot read accounts gets the same response for an address with an account and for one without', async () => {
  await account('known@people.example', true);
  const bodies = [];
  for (const name of ['known', 'unknown']) {
    const email = `${name}@people.example`;
    const answers = [await add(email), await add(email.toUpperCase()), await add(email, 'owner')];
    expect(answers.map(({ status }) => status)).toEqual([201, 409, 409]);
    const { id, url, created_at, updated_at, ...rest } = answers[0]?.body ?? {};
    expect([id, url, created_at, updated_at].every((value) => typeof value === 'string')).toBe(true);
    const found = await owner('GET', `${MEMBERS}/${String(id)}`);
    expect(found.body).toEqual(answers[0]?.body);
    bodies.push(JSON.stringify(rest).replaceAll(name, 'NAME'));
  }
  expect(bodies[0]).toBe(bodies[1]);
  expect(JSON.parse(bodies[0] ?? '')).toMatchObject({
    subject: 'email:NAME@people.example',
    email: 'NAME@people.example',
    role: 'viewer',
  });
});

test('an address that is also the subject of a role by its account says nothing either', async () => {
  const id = await account('twice@people.example', true);
  await root('POST', MEMBERS, { subject: `account:${id}`, role: 'viewer' });
  expect((await add('twice@people.example', 'admin')).status).toBe(201);
});

test.each(['nothing', 'a@b@c', '@people.example', 'x'.repeat(250) + '@people.example', ''])(
  '%j is no address',
  async (email) => {
    const { status, body } = await add(email);
    expect([status, body['errors']]).toEqual([422, [expect.objectContaining({ pointer: '/email' })]]);
  },
);

test('an address cannot be sent as a subject', async () => {
  const { status } = await owner('POST', MEMBERS, { subject: 'email:a@people.example', role: 'viewer' });
  expect(status).toBe(422);
});

test('the role counts once an account has verified the address, in any spelling, and ends with it', async () => {
  expect((await add('Later@People.example')).status).toBe(201);
  const id = await account('later@people.example', false);
  expect(await reads(id)).toBe(404);
  await root('PATCH', `/accounts/${id}`, { email_verified: true });
  expect(await reads(id)).toBe(200);
  const { body } = await (await personCaller(server, id))('GET', '/orgs');
  expect(body['data']).toMatchObject([{ slug: 'acme' }]);
  await root('PATCH', `/accounts/${id}`, { email: 'moved@people.example', email_verified: true });
  expect(await reads(id)).toBe(404);
});

test('the person sees the organization in the console', async () => {
  const person = { email: 'console@people.example', password: 'mauve otter 71 tramway' };
  await account(person.email, true);
  await add(person.email);
  const { status, url } = await signInToOwnPage(server.origin, '/console/o/acme', person);
  expect([status, new URL(url).pathname]).toEqual([200, '/console/o/acme']);
});

test('it is changed and taken away as any other', async () => {
  const id = await account('changed@people.example', true);
  const { body } = await add('changed@people.example');
  const path = `${MEMBERS}/${String(body['id'])}`;
  expect(await reads(id)).toBe(200);
  expect((await owner('PATCH', path, { role: 'owner' })).status).toBe(200);
  const person = await personCaller(server, id);
  expect((await person('PATCH', '/orgs/acme', { name: 'By the address' })).status).toBe(200);
  expect((await owner('DELETE', path)).status).toBe(204);
  expect(await reads(id)).toBe(404);
});

test('roles of an account and of its address add up', async () => {
  const id = await account('both@people.example', true);
  await root('POST', MEMBERS, { subject: `account:${id}`, role: 'viewer' });
  await add('both@people.example', 'owner');
  const person = await personCaller(server, id);
  expect((await person('PATCH', '/orgs/acme', { name: 'By both' })).status).toBe(200);
});

test('a member by address may authorize the clients of a closed organization', async () => {
  const id = await account('member@people.example', true);
  const { rows } = await server.database.pool.query<{ id: string }>(
    "SELECT id FROM organizations WHERE slug = 'acme'",
  );
  const { access } = server.context;
  expect(await access.isMember(id, rows[0]?.id ?? '')).toBe(false);
  await add('member@people.example', 'member');
  expect(await access.isMember(id, rows[0]?.id ?? '')).toBe(true);
});

test('who can read the accounts names an account, and is told when there is none', async () => {
  const id = await account('named@people.example', false);
  const named = await add('named@people.example', 'viewer', root);
  expect(named.body).toMatchObject({ subject: `account:${id}`, email: 'named@people.example' });
  const none = await add('none@people.example', 'viewer', root);
  expect([none.status, none.body['errors']]).toEqual([422, [expect.objectContaining({ pointer: '/email' })]]);
  const withoutScope = bearer(server, await server.adminToken(['tenants.write']));
  expect((await add('none@people.example', 'viewer', withoutScope)).status).toBe(201);
});

test('an operator who may not hand out roles does not get one by an address', async () => {
  await add('promised@people.example', 'owner');
  const scopes = ADMIN_SCOPES.filter((scope) => scope !== 'tenants.write');
  const clerk = bearer(server, await server.adminToken(scopes));
  const fields = { email: 'Promised@people.example', password: 'mauve otter 71 tramway' };
  expect((await clerk('POST', '/accounts', fields)).status).toBe(403);
  const other = await account('other@people.example', false);
  expect((await clerk('PATCH', `/accounts/${other}`, { email: 'promised@people.example' })).status).toBe(403);
  const promised = await account('promised@people.example', false);
  expect((await clerk('PATCH', `/accounts/${promised}`, { email_verified: true })).status).toBe(403);
  expect((await clerk('PATCH', `/accounts/${other}`, { email_verified: true })).status).toBe(200);
});
