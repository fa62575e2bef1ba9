import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { nextMail } from '../../harness/mail/mailbox.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, hiddenField, PROJECT } from '../../harness/pages/console-agent.js';

let server: TestServer;
let agent: ConsoleAgent;
beforeAll(async () => {
  server = await startTestServer({ env: { REGISTRATION: 'token', SIGN_UP: 'invite' }, delivers: true });
  agent = await ConsoleAgent.signIn(server);
});
afterAll(() => server.close());

const read = async (path: string) => (await callAdmin(server, 'GET', path)).body;
const base = async (path: string) => ({ base: hiddenField((await agent.get(path)).body, 'base') });
/** Fills the form of the page, as it came, with these fields. */
const fill = async (path: string, fields: Record<string, string>) =>
  agent.post(path, { ...(await base(path)), ...fields });
const organization = (slug: string) => ({
  slug,
  name: `The ${slug}`,
  membership_open: 'false',
  second_factor: 'optional',
});

describe('an organization', () => {
  test('is made with its first project, changed and deleted', async () => {
    const made = await fill('/console/organizations/new', organization('acme'));
    expect(made.headers.get('location')).toBe('/console/o/acme?done=created');
    expect((await agent.get('/console/organizations')).body).toContain('The acme');
    const project = await fill('/console/o/acme/new-project', { slug: 'shop', name: 'Shop' });
    expect(project.headers.get('location')).toBe('/console/o/acme/p/shop/clients');
    const page = (await agent.get('/console/o/acme')).body;
    expect(page).toContain('href="/console/o/acme/p/shop"');
    const changed = { ...organization('acme'), name: 'Acme Ltd', second_factor: 'required' };
    expect((await fill('/console/o/acme/edit', changed)).status).toBe(303);
    expect(await read('/orgs/acme')).toMatchObject({ name: 'Acme Ltd', second_factor: 'required' });
    expect((await agent.post('/console/o/acme/delete', { typed: 'other' })).status).toBe(422);
    expect((await agent.post('/console/o/acme/delete', { typed: 'acme' })).status).toBe(303);
    expect((await agent.get('/console/o/acme')).status).toBe(404);
  });

  test('with a wrong or taken slug is refused at its field, and keeps what was typed', async () => {
    const wrong = await fill('/console/organizations/new', { ...organization('No Slug'), name: 'Kept name' });
    expect(wrong.status).toBe(422);
    expect(wrong.body).toContain('id="slug-problem"');
    expect(wrong.body).toContain('value="Kept name"');
    expect((await fill('/console/organizations/new', organization('default'))).status).toBe(422);
  });

  test('that has clients is not deleted, and says why', async () => {
    await server.register();
    const refused = await agent.post('/console/o/default/delete', { typed: 'default' });
    expect(refused.status).toBe(422);
    expect(refused.body).toContain('still has clients');
  });

  test('that two operators change keeps what the other one changed', async () => {
    await callAdmin(server, 'POST', '/orgs', { slug: 'two', name: 'Two' });
    const form = { ...organization('two'), ...(await base('/console/o/two/edit')), name: 'Two' };
    await callAdmin(server, 'PATCH', '/orgs/two', { name: 'Renamed by another' });
    expect((await agent.post('/console/o/two/edit', { ...form, membership_open: 'true' })).status).toBe(303);
    expect(await read('/orgs/two')).toMatchObject({ name: 'Renamed by another', membership_open: true });
  });
});

test('a project is renamed, and deleted when it has no clients', async () => {
  const org = '/console/o/default';
  await fill(`${org}/new-project`, { slug: 'spare', name: 'Spare' });
  const renamed = await fill(`${org}/p/spare/settings/edit`, { slug: 'other', name: 'Other' });
  expect(renamed.headers.get('location')).toBe(`${org}/p/other/settings?done=saved`);
  expect(
    (await agent.post(`${org}/p/other/settings/delete`, { typed: 'other' })).headers.get('location'),
  ).toBe(`${org}?done=project-deleted`);
  expect((await agent.post(`${org}/p/default/settings/delete`, { typed: 'default' })).status).toBe(422);
});

describe.each([
  ['installation', '/console', '', 'owner'],
  ['organization', '/console/o/default', '/orgs/default', 'viewer'],
  ['project', '/console/o/default/p/default', '/orgs/default/projects/default', 'viewer'],
])('roles of the %s', (_level, pages, path, role) => {
  test('are given, changed and taken away, after the address was typed', async () => {
    const { id, email } = await server.person();
    expect((await fill(`${pages}/members/new`, { email, role })).headers.get('location')).toBe(
      `${pages}/members?done=added`,
    );
    expect((await fill(`${pages}/members/new`, { email, role })).status).toBe(422);
    const { data } = (await read(`${path}/members`)) as { data: { id: string; subject: string }[] };
    const member = data.find(({ subject }) => subject === `account:${id}`);
    const one = `${pages}/members/${member?.id ?? ''}`;
    expect((await agent.get(`${pages}/members`)).body).toContain(email);
    const next = role === 'owner' ? 'owner' : 'admin';
    expect((await fill(one, { role: next })).status).toBe(303);
    expect(await read(`${path}/members/${member?.id ?? ''}`)).toMatchObject({ role: next });
    expect((await agent.post(`${one}/remove`, { typed: 'someone@else.example' })).status).toBe(422);
    expect((await agent.post(`${one}/remove`, { typed: email })).status).toBe(303);
    expect((await agent.get(one)).status).toBe(404);
  });

  test('are offered by mail, and the offer is withdrawn', async () => {
    const email = `invited-${role}-${String(pages.length)}@people.example`;
    expect((await fill(`${pages}/invitations/new`, { email, role })).status).toBe(303);
    expect((await nextMail(server, email)).subject).toContain('You are invited');
    expect((await fill(`${pages}/invitations/new`, { email, role })).status).toBe(422);
    const page = (await agent.get(`${pages}/members`)).body;
    const action = /action="([^"]+\/withdraw)"/.exec(page)?.[1] ?? '';
    expect((await agent.post(action, {})).status).toBe(303);
    expect((await agent.get(`${pages}/members`)).body).not.toContain(email);
    expect((await agent.post(action, {})).status).toBe(404);
  });

  test('need a sign-in of the last 10 minutes', async () => {
    const old = await ConsoleAgent.signIn(server);
    await server.database.pool.query(
      `UPDATE own_sessions SET auth_time = auth_time - interval '11 minutes' WHERE account_id = $1`,
      [old.person.id],
    );
    const answer = await old.post(`${pages}/members/new`, { email: 'x@y.example', role });
    expect(answer.headers.get('location')).toMatch(/^\/self\/sign-in\?to=.*&max_age=600$/);
  });
});

test('a client gets a role, and the new secret is shown once', async () => {
  const { client_id: clientId } = await server.register();
  const path = '/console/o/default/p/default/members';
  const fields = { subject: `client:${clientId}`, role: 'viewer', rotate_secret: 'true' };
  const answer = await fill(`${path}/new`, fields);
  expect(answer.status).toBe(201);
  const secret = /pst_[\w-]{43}/.exec(answer.body)?.[0] ?? 'none';
  expect((await agent.get(path)).body).not.toContain(secret);
  expect((await agent.get(path)).body).toContain(`client:${clientId}`);
});

test('an initial access token is shown once, counted and revoked', async () => {
  const path = `${PROJECT}/initial-access-tokens`;
  const form = { ...(await base(`${path}/new`)), expires_in: '3600', max_uses: '3' };
  const made = await agent.post(`${path}/new`, form);
  expect(made.status).toBe(201);
  const token = /id="new-secret">([^<]+)</.exec(made.body)?.[1] ?? 'none';
  const registered = await fetch(`${server.origin}/oauth2/register`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: ['https://rp.example/cb'] }),
  });
  expect(registered.status).toBe(201);
  const list = (await agent.get(path)).body;
  expect(list).toContain('1 of 3');
  expect(list).not.toContain(token);
  expect(server.logs()).not.toContain(token);
  const revoke = /href="([^"]+\/revoke)"/.exec(list)?.[1] ?? '';
  expect((await agent.post(revoke, {})).status).toBe(303);
  expect((await agent.get(path)).body).toContain('No initial access token');
  expect((await agent.post(`${path}/new`, { ...form, max_uses: '0' })).status).toBe(422);
});

test('the switcher leads to every organization and project of the person', async () => {
  await callAdmin(server, 'POST', '/orgs', { slug: 'switch', name: 'Switch' });
  await callAdmin(server, 'POST', '/orgs/switch/projects', { slug: 'there', name: 'There' });
  const { body } = await agent.get('/console/organizations');
  for (const path of ['/console/o/switch', '/console/o/switch/p/there', '/console/o/default/p/default'])
    expect(body).toContain(`href="${path}"`);
});

test('an owner of an organization manages it, and sees nothing of the installation', async () => {
  const owner = await ConsoleAgent.signIn(server, 'owner');
  const { body } = await owner.get('/console/o/default/members');
  expect(body).toContain('Add a member');
  expect(body).not.toContain('href="/console/accounts');
  const viewer = await ConsoleAgent.signIn(server, 'viewer');
  expect((await viewer.get('/console/o/default/members')).body).not.toContain('Add a member');
  expect((await viewer.get('/console/organizations/new')).status).toBe(404);
});

test('more invitations than one page has are on the next', async () => {
  await server.database.pool.query(
    `INSERT INTO invitations (email, role, invited_by, created_at, expires_at)
     SELECT 'many' || n || '@people.example', 'owner', 'installation', now() - n * interval '1 minute', now() + interval '1 day'
       FROM generate_series(1, 51) n`,
  );
  const first = (await agent.get('/console/members')).body;
  expect(first).not.toContain('many51@people.example');
  const next = /href="([^"]+\?invitations=[^"#]+)#invitations"/.exec(first)?.[1] ?? '';
  const second = (await agent.get(next)).body;
  expect(second).toContain('many51@people.example');
  expect(second).not.toContain('many1@people.example');
  expect((await agent.get('/console/members?invitations=wrong')).status).toBe(400);
});
