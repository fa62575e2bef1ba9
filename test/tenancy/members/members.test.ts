import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type AdminCaller,
  newOrganization,
  operator,
  personCaller,
  withRole,
} from '../../harness/admin/admin-caller.js';
import { waitForLockWaits } from '../../harness/database/database-probe.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let root: AdminCaller;
beforeAll(async () => {
  server = await startTestServer();
  root = await operator(server);
  await newOrganization(server, 'acme');
  await newOrganization(server, 'other');
});
afterAll(() => server.close());

const CLIENT = { client_name: 'Robot', grant_types: ['client_credentials'], scopes: ['clients.read'] };

test.each(['/orgs/acme', '/orgs/acme/projects/acme'])('%s: add, list, change, remove', async (place) => {
  const person = await server.person();
  const added = await root('POST', `${place}/members`, { email: person.email, role: 'viewer' });
  expect(added.status).toBe(201);
  const url = String(added.headers.get('location')).replace(/^.*\/admin\/v1/, '');
  expect(added.body).toMatchObject({
    subject: `account:${person.id}`,
    email: person.email,
    role: 'viewer',
  });
  expect((await root('GET', url)).body).toEqual(added.body);
  expect((await root('GET', `${place}/members`)).body['data']).toContainEqual(added.body);
  expect((await root('POST', `${place}/members`, { email: person.email, role: 'owner' })).status).toBe(409);
  expect((await root('PATCH', url, { role: 'admin' })).body).toMatchObject({ role: 'admin' });
  expect((await root('DELETE', url)).status).toBe(204);
  expect((await root('GET', url)).status).toBe(404);
});

test('a member is found only at its own level', async () => {
  const { id } = await server.person();
  const added = await root('POST', '/orgs/acme/members', { subject: `account:${id}`, role: 'viewer' });
  for (const place of ['', '/orgs/other', '/orgs/acme/projects/acme']) {
    const path = `${place}/members/${String(added.body['id'])}`;
    expect((await root('GET', path)).status).toBe(404);
    expect((await root('DELETE', path)).status).toBe(404);
  }
  expect((await root('GET', `/orgs/acme/members/${String(added.body['id'])}`)).status).toBe(200);
});

test.each([
  [{ role: 'owner' }, '/subject'],
  [{ subject: 'account:0b7e4a52-6c1d-4c3e-9f52-3f6a1c9f0b11', role: 'owner' }, '/subject'],
  [{ subject: '0b7e4a52-6c1d-4c3e-9f52-3f6a1c9f0b11', role: 'owner' }, '/subject'],
  [{ subject: 'client:nobody', role: 'owner' }, '/subject'],
  [{ subject: 'https://elsewhere.example|somebody', role: 'owner' }, '/subject'],
  [{ email: 'nobody@people.example', role: 'owner' }, '/email'],
  [{ email: 'nobody@people.example', subject: 'client:nobody', role: 'owner' }, '/subject'],
])('%j is nobody who could be a member', async (body, pointer) => {
  const refused = await root('POST', '/orgs/acme/members', body);
  expect(refused.status).toBe(422);
  expect(refused.body['errors']).toEqual([expect.objectContaining({ pointer })]);
});

test('an unknown role is refused', async () => {
  const { id } = await server.person();
  const refused = await root('POST', '/orgs/acme/members', { subject: `account:${id}`, role: 'king' });
  expect(refused.body['errors']).toEqual([expect.objectContaining({ pointer: '/role' })]);
  const installation = await root('POST', '/members', { subject: `account:${id}`, role: 'admin' });
  expect(installation.body['errors']).toEqual([expect.objectContaining({ pointer: '/role' })]);
});

test('only owners hand out roles', async () => {
  const { id } = await server.person();
  const body = { subject: `account:${id}`, role: 'viewer' };
  const admin = await withRole(server, '/orgs/acme', 'admin');
  expect((await admin('POST', '/orgs/acme/members', body)).status).toBe(403);
  const ofProject = await withRole(server, '/orgs/acme/projects/acme', 'owner');
  expect((await ofProject('POST', '/orgs/acme/members', body)).status).toBe(403);
  expect((await ofProject('POST', '/orgs/acme/projects/acme/members', body)).status).toBe(201);
  const owner = await withRole(server, '/orgs/acme', 'owner');
  expect((await owner('POST', '/orgs/acme/members', body)).status).toBe(201);
  expect((await owner('POST', '/members', { ...body, role: 'owner' })).status).toBe(403);
  expect((await owner('POST', '/orgs/other/members', body)).status).toBe(404);
});

test('a client can be a member only where its operators are at home', async () => {
  const client = await root('POST', '/orgs/acme/projects/acme/oauth_clients', CLIENT);
  const body = { subject: `client:${String(client.body['client_id'])}`, role: 'admin' };
  expect((await root('POST', '/orgs/other/members', body)).status).toBe(422);
  expect((await root('POST', '/orgs/acme/projects/acme/members', body)).status).toBe(201);
  expect((await root('POST', '/orgs/acme/members', body)).status).toBe(201);
});

test('a person who cannot grant a role cannot take over a client that has it', async () => {
  const clients = '/orgs/acme/projects/acme/oauth_clients';
  const [admin, owner] = [
    await withRole(server, '/orgs/acme', 'admin'),
    await withRole(server, '/orgs/acme', 'owner'),
  ];
  const client = await admin('POST', clients, CLIENT);
  const subject = `client:${String(client.body['client_id'])}`;
  const path = `${clients}/${String(client.body['id'])}`;
  expect((await admin('PATCH', path, { description: 'Still mine' })).status).toBe(200);

  await root('POST', '/orgs/acme/members', { subject, role: 'owner' });
  expect((await admin('POST', `${path}/rotate_secret`)).status).toBe(403);
  expect((await admin('PATCH', path, { scopes: ['tenants.write'] })).status).toBe(403);
  expect((await admin('DELETE', path)).status).toBe(403);
  expect((await owner('POST', `${path}/rotate_secret`)).status).toBe(200);
  expect((await owner('DELETE', `${path}/rotate_secret`)).status).toBe(204);

  await root('POST', '/members', { subject, role: 'owner' });
  expect((await owner('POST', `${path}/rotate_secret`)).status).toBe(403);
  expect((await owner('GET', path)).status).toBe(200);
  expect((await root('POST', `${path}/rotate_secret`)).status).toBe(200);
});

test('the last owner of the installation stays, also when two remove each other at once', async () => {
  const own = await startTestServer();
  const { pool } = own.database;
  const blocker = await pool.connect();
  try {
    const first = await operator(own);
    const { id } = await own.person();
    await first('POST', '/members', { subject: `account:${id}`, role: 'owner' });
    const other = await personCaller(own, id);
    const { data } = (await first('GET', '/members')).body as { data: { id: string }[] };
    const [one = '', two = ''] = data.map((member) => member.id);
    expect((await first('PATCH', `/members/${one}`, { role: 'admin' })).status).toBe(422);

    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM members FOR UPDATE');
    const removals = [first('DELETE', `/members/${one}`), other('DELETE', `/members/${two}`)];
    await waitForLockWaits(own, 2);
    await blocker.query('COMMIT');
    const answers = await Promise.all(removals);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    expect((await pool.query('SELECT FROM members WHERE org_id IS NULL')).rowCount).toBe(1);
  } finally {
    blocker.release();
    await own.close();
  }
});

test('a deleted client is no owner that the last person could leave to', async () => {
  const own = await startTestServer();
  try {
    const only = await operator(own);
    const robot = await own.register(CLIENT);
    await only('POST', '/members', { subject: `client:${robot.client_id}`, role: 'owner' });
    await own.admin('DELETE', `/${robot.id}`);
    const { data } = (await only('GET', '/members')).body as { data: { id: string; subject: string }[] };
    const person = data.find(({ subject }) => subject.startsWith('account:'));
    expect((await only('DELETE', `/members/${String(person?.id)}`)).status).toBe(409);
  } finally {
    await own.close();
  }
});

test('an e-mail address is shown only with a role that was given by it', async () => {
  const root = await operator(server);
  const [one, other] = [await server.person(), await server.person()];
  const path = '/orgs/default/projects/default/members';
  const bySubject = await root('POST', path, { subject: `account:${one.id}`, role: 'viewer' });
  expect(bySubject.body).toMatchObject({ subject: `account:${one.id}`, email: null });
  const byEmail = await root('POST', path, { email: other.email, role: 'viewer' });
  expect(byEmail.body).toMatchObject({ email: other.email });
});
