import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AdminCaller, newOrganization, operator } from '../../harness/admin/admin-caller.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let root: AdminCaller;
beforeAll(async () => {
  server = await startTestServer();
  root = await operator(server);
});
afterAll(() => server.close());

test.each([
  ['/orgs', { membership_open: false }],
  ['/orgs/default/projects', {}],
])('%s: create, read by slug and id, rename, delete', async (collection, more) => {
  const made = await root('POST', collection, { slug: 'north', name: 'North' });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ slug: 'north', name: 'North', ...more });
  const id = String(made.body['id']);
  expect(made.headers.get('location')).toBe(made.body['url']);
  for (const name of ['north', id, id.toUpperCase()]) {
    expect((await root('GET', `${collection}/${name}`)).body).toEqual(made.body);
  }
  const renamed = await root('PATCH', `${collection}/${id}`, { slug: 'south' });
  expect(renamed.body).toMatchObject({ id, slug: 'south', name: 'North' });
  expect((await root('GET', `${collection}/north`)).status).toBe(404);
  expect((await root('DELETE', `${collection}/south`)).status).toBe(204);
  expect((await root('GET', `${collection}/${id}`)).status).toBe(404);
});

test('every mistake comes at once', async () => {
  const refused = await root('POST', '/orgs', {
    slug: 'Bad Slug',
    membership_open: 'yes',
    id: 1,
    colour: 'red',
  });
  expect(refused.status).toBe(422);
  const pointers = (refused.body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer);
  expect(pointers.sort()).toEqual(['/colour', '/id', '/membership_open', '/name', '/slug']);
});

test('a slug that looks like a uuid is refused', async () => {
  const slug = '0b7e4a52-6c1d-4c3e-9f52-3f6a1c9f0b11';
  for (const collection of ['/orgs', '/orgs/default/projects']) {
    const refused = await root('POST', collection, { slug, name: 'Looks like an id' });
    expect(refused.status).toBe(422);
    expect(refused.body['errors']).toEqual([expect.objectContaining({ pointer: '/slug' })]);
  }
  expect((await root('PATCH', '/orgs/default', { slug })).status).toBe(422);
});

test.each(['/orgs', '/orgs/default/projects'])('%s: of two that take one slug, one gets it', async (path) => {
  const body = { slug: 'wanted', name: 'Wanted' };
  const answers = await Promise.all([root('POST', path, body), root('POST', path, body)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  await root('POST', path, { slug: 'loser', name: 'Loser' });
  const taken = await root('PATCH', `${path}/loser`, { slug: 'wanted' });
  expect(taken.status).toBe(409);
  expect(taken.body['errors']).toEqual([expect.objectContaining({ pointer: '/slug' })]);
});

test('clients, deleted ones too, keep their project and organization', async () => {
  const { org, project } = await newOrganization(server, 'kept');
  const client = await root('POST', `${project}/oauth_clients`, {
    client_name: 'Stays',
    redirect_uris: ['https://rp.example/cb'],
  });
  for (const path of [project, org]) expect((await root('DELETE', path)).status).toBe(409);
  await root('DELETE', `${project}/oauth_clients/${String(client.body['id'])}`);
  for (const path of [project, org]) expect((await root('DELETE', path)).status).toBe(409);
  expect((await root('GET', project)).status).toBe(200);
});

test('a client never ends up in a project that is deleted at the same moment', async () => {
  const body = { client_name: 'Late', redirect_uris: ['https://rp.example/cb'] };
  for (const round of ['one', 'two', 'three']) {
    const { org, project } = await newOrganization(server, `race-${round}`);
    const [made, gone] = await Promise.all([
      root('POST', `${project}/oauth_clients`, body),
      root('DELETE', org),
    ]);
    expect([
      [201, 409],
      [404, 204],
    ]).toContainEqual([made.status, gone.status]);
  }
});

test('pages of organizations are complete and without repetition', async () => {
  for (const slug of ['page-a', 'page-b', 'page-c']) await newOrganization(server, slug);
  const seen: string[] = [];
  let cursor: unknown;
  do {
    const query = typeof cursor === 'string' ? `&cursor=${cursor}` : '';
    const { body } = await root('GET', `/orgs?page_limit=2${query}`);
    seen.push(...(body['data'] as { slug: string }[]).map(({ slug }) => slug));
    cursor = body['next_cursor'];
  } while (cursor !== null);
  const all = (await root('GET', '/orgs')).body['data'] as { slug: string }[];
  expect(seen).toEqual(all.map(({ slug }) => slug));
  expect(seen.slice(0, 3)).toEqual(['page-c', 'page-b', 'page-a']);
});

test('changes leave audit events, a patch that changes nothing none', async () => {
  const made = await root('POST', '/orgs', { slug: 'audited', name: 'Audited' });
  await root('PATCH', '/orgs/audited', { name: 'Audited' });
  await root('PATCH', '/orgs/audited', { name: 'Again', membership_open: true });
  await root('DELETE', '/orgs/audited');
  const { rows } = await server.database.pool.query(
    'SELECT action, changed_fields, actor FROM audit_events WHERE target_id = $1 ORDER BY occurred_at',
    [made.body['id']],
  );
  const actor = expect.stringMatching(/^account:/) as unknown;
  expect(rows).toEqual([
    { action: 'organization.created', changed_fields: ['slug', 'name'], actor },
    { action: 'organization.updated', changed_fields: ['name', 'membership_open'], actor },
    { action: 'organization.deleted', changed_fields: [], actor },
  ]);
});
