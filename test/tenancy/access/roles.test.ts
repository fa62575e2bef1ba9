import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newOrganization, operator, personCaller, withRole } from '../../harness/admin/admin-caller.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const CLIENT = { client_name: 'A client', redirect_uris: ['https://rp.example/cb'] };
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await newOrganization(server, 'acme');
  await newOrganization(server, 'other');
});
afterAll(() => server.close());

const ORG = '/orgs/acme';
const PROJECT = '/orgs/acme/projects/acme';

/** What each role gets for: reading clients, registering one, reading the organization, renaming it, making one, members. */
test.each([
  ['/orgs/acme', 'owner', [200, 201, 200, 200, 403, 200]],
  ['/orgs/acme', 'admin', [200, 201, 200, 403, 403, 200]],
  ['/orgs/acme', 'viewer', [200, 403, 200, 403, 403, 200]],
  ['/orgs/acme', 'member', [403, 403, 403, 403, 403, 403]],
  ['/orgs/acme', undefined, [404, 404, 404, 404, 404, 404]],
  ['/orgs/acme/projects/acme', 'owner', [200, 201, 200, 403, 403, 403]],
  ['/orgs/acme/projects/acme', 'viewer', [200, 403, 200, 403, 403, 403]],
  ['/orgs/other', 'owner', [404, 404, 404, 404, 403, 404]],
  ['', 'owner', [200, 201, 200, 200, 201, 200]],
])('a role at "%s" of %s', async (place, role, statuses) => {
  const call = await withRole(server, place, role);
  const answers = [
    await call('GET', `${PROJECT}/oauth_clients`),
    await call('POST', `${PROJECT}/oauth_clients`, CLIENT),
    await call('GET', ORG),
    await call('PATCH', ORG, { name: 'The acme' }),
    await call('POST', '/orgs', { slug: `by-${role ?? 'none'}`, name: 'New' }),
    await call('GET', `${ORG}/members`),
  ];
  expect(answers.map(({ status }) => status)).toEqual(statuses);
});

test('what is not yours answers exactly as what is not there', async () => {
  const stranger = await withRole(server, '/orgs/other', 'owner');
  for (const path of ['', '/members', '/projects', '/projects/acme', '/projects/acme/oauth_clients']) {
    const [foreign, missing] = [
      await stranger('GET', `/orgs/acme${path}`),
      await stranger('GET', `/orgs/nowhere${path}`),
    ];
    const { request_id: _one, ...answer } = foreign.body;
    const { request_id: _other, ...expected } = missing.body;
    expect(foreign.status).toBe(404);
    expect(answer).toEqual(expected);
  }
});

test('a project of another organization is not there', async () => {
  const root = await operator(server);
  expect((await root('GET', '/orgs/acme/projects/other/oauth_clients')).status).toBe(404);
});

test('the scope is named only when it is what lacks', async () => {
  const { id } = await server.person();
  const root = await operator(server);
  await root('POST', `${ORG}/members`, { subject: `account:${id}`, role: 'viewer' });
  const call = await personCaller(server, id, ['tenants.read']);
  const scopeLacks = await call('GET', `${PROJECT}/oauth_clients`);
  expect(scopeLacks.status).toBe(403);
  expect(scopeLacks.headers.get('www-authenticate')).toMatch(
    /error="insufficient_scope", scope="clients\.read"/,
  );
  const roleLacks = await call('POST', `${PROJECT}/oauth_clients`, CLIENT);
  expect(roleLacks.status).toBe(403);
  expect(roleLacks.headers.get('www-authenticate')).toBeNull();
  expect(roleLacks.body['detail']).toMatch(/admin/);
});

test('an owner in full has only what the token says', async () => {
  const { id } = await server.person();
  const root = await operator(server);
  await root('POST', `${ORG}/members`, { subject: `account:${id}`, role: 'owner' });
  const call = await personCaller(server, id, ['clients.read']);
  expect((await call('GET', `${PROJECT}/oauth_clients`)).status).toBe(200);
  expect((await call('POST', `${PROJECT}/oauth_clients`, CLIENT)).status).toBe(403);
  expect((await call('GET', '/orgs')).headers.get('www-authenticate')).toMatch(/scope="tenants\.read"/);
});

test('a role is gone with the next request', async () => {
  const { id } = await server.person();
  const root = await operator(server);
  const member = await root('POST', `${ORG}/members`, { subject: `account:${id}`, role: 'admin' });
  const call = await personCaller(server, id);
  expect((await call('GET', ORG)).status).toBe(200);
  await root('DELETE', `${ORG}/members/${String(member.body['id'])}`);
  expect((await call('GET', ORG)).status).toBe(404);
});

test('lists show what the caller may see', async () => {
  await newOrganization(server, 'listed');
  const root = await operator(server);
  await root('POST', '/orgs/listed/projects', { slug: 'second', name: 'Second' });
  const slugs = async (call: typeof root, path: string) =>
    ((await call('GET', path)).body['data'] as { slug: string }[]).map(({ slug }) => slug).sort();

  const ofProject = await withRole(server, '/orgs/listed/projects/second', 'viewer');
  expect(await slugs(ofProject, '/orgs')).toEqual(['listed']);
  expect(await slugs(ofProject, '/orgs/listed/projects')).toEqual(['second']);
  const ofOrg = await withRole(server, '/orgs/listed', 'viewer');
  expect(await slugs(ofOrg, '/orgs/listed/projects')).toEqual(['listed', 'second']);
  expect(await slugs(await withRole(server, '/orgs/listed', 'member'), '/orgs')).toEqual([]);
  expect(await slugs(root, '/orgs')).toEqual(expect.arrayContaining(['acme', 'default', 'listed', 'other']));
});
