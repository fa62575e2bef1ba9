import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AdminAnswer, callAdmin } from '../harness/admin/admin-caller.js';
import { startTestServer, type TestServer } from '../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

function call(method: string, path: string, body?: unknown, ifMatch?: string): Promise<AdminAnswer> {
  const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch };
  return callAdmin(server, method, path, body, { headers });
}

const tagOf = ({ headers }: AdminAnswer): string => headers.get('etag') ?? '';
const PASSWORD = 'correct horse battery';

interface Kind {
  kind: string;
  /** Where a new one is made, and from what. */
  collection: string;
  made: (name: string) => Record<string, unknown>;
  change: (name: string) => Record<string, unknown>;
}

const KINDS: Kind[] = [
  {
    kind: 'organization',
    collection: '/orgs',
    made: (slug) => ({ slug, name: slug }),
    change: (name) => ({ name }),
  },
  {
    kind: 'project',
    collection: '/orgs/default/projects',
    made: (slug) => ({ slug, name: slug }),
    change: (name) => ({ name }),
  },
  {
    kind: 'account',
    collection: '/accounts',
    made: (name) => ({ email: `${name}@example.com`, password: PASSWORD }),
    change: (name) => ({ profile: { name } }),
  },
];

describe.each(KINDS)('of two operators who changed the same $kind', ({ kind, collection, made, change }) => {
  test('the second is told, and changes nothing', async () => {
    const created = await call('POST', collection, made(`two-${kind}`));
    const path = `${collection}/${String(created.body['id'])}`;
    const read = await call('GET', path);
    expect(tagOf(read)).toMatch(/^"1/);
    expect(tagOf(created)).toBe(tagOf(read));
    const first = await call('PATCH', path, change('First'), tagOf(read));
    expect([first.status, tagOf(first)]).toEqual([200, expect.stringMatching(/^"2/)]);
    const second = await call('PATCH', path, change('Second'), tagOf(read));
    expect(second).toMatchObject({
      status: 412,
      body: { detail: expect.stringContaining(`The ${kind} was changed`) },
    });
    const now = await call('GET', path);
    expect(now.body).toEqual(first.body);
    expect(tagOf(now)).toBe(tagOf(first));
    expect((await call('DELETE', path, undefined, tagOf(read))).status).toBe(412);
    expect((await call('GET', path)).body).toEqual(first.body);
    expect((await call('DELETE', path, undefined, tagOf(now))).status).toBeLessThan(300);
  });

  test('who changed nothing has not made another version, and a copy that is current is not sent again', async () => {
    const { body } = await call('POST', collection, made(`same-${kind}`));
    const path = `${collection}/${String(body['id'])}`;
    const before = await call('PATCH', path, change('Same'));
    expect(tagOf(await call('PATCH', path, change('Same')))).toBe(tagOf(before));
    const headers = { 'if-none-match': tagOf(before) };
    expect((await callAdmin(server, 'GET', path, undefined, { headers })).status).toBe(304);
  });

  test('neither overwrites the other when both are sent at once', async () => {
    const created = await call('POST', collection, made(`race-${kind}`));
    const path = `${collection}/${String(created.body['id'])}`;
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => call('PATCH', path, change(`Name ${String(n)}`), tagOf(created))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(412)]);
  });
});

test('the steps of an account have versions too, and a sign-in is none', async () => {
  const created = await call('POST', '/accounts', { email: 'steps@example.com', password: PASSWORD });
  const path = `/accounts/${String(created.body['id'])}`;
  const stale = async (method: string, step: string, body?: unknown) => {
    expect((await call(method, `${path}${step}`, body, '"77"')).status).toBe(412);
  };
  await stale('POST', '/disable');
  await stale('POST', '/set_password', { password: `another ${PASSWORD}` });
  await stale('DELETE', '');
  expect(tagOf(await call('GET', path))).toBe(tagOf(created));
  const password = await call(
    'POST',
    `${path}/set_password`,
    { password: `new ${PASSWORD}` },
    tagOf(created),
  );
  expect([password.status, tagOf(password)]).toEqual([204, '"2"']);
  const disabled = await call('POST', `${path}/disable`, undefined, tagOf(password));
  expect([disabled.status, tagOf(disabled)]).toEqual([200, expect.stringMatching(/^"3/)]);
  await stale('POST', '/enable');
  expect((await call('POST', `${path}/enable`, undefined, tagOf(disabled))).status).toBe(200);
  const before = await call('GET', path);
  await server.database.pool.query(`UPDATE accounts SET last_sign_in_at = now() WHERE id = $1`, [
    created.body['id'],
  ]);
  expect(tagOf(await call('GET', path))).not.toBe(tagOf(before));
  expect((await call('PATCH', path, { profile: { name: 'N' } }, tagOf(before))).status).toBe(200);
});

test('where there is no version If-Match is refused, not ignored', async () => {
  const org = { slug: 'conditional', name: 'C' };
  const refused = await call('POST', '/orgs', org, '"1"');
  expect(refused).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('leave If-Match out') },
  });
  expect((await call('GET', '/orgs/conditional')).status).toBe(404);
  const member = { subject: 'account:6f6f0f8a-0d2f-4b3f-8a52-0f7d1a3c2b1e', role: 'viewer' };
  expect((await call('POST', '/orgs/default/members', member, '"1"')).status).toBe(400);
  expect((await call('POST', '/orgs', org, '*')).status).toBe(201);
  // On a read it is no condition.
  expect((await call('GET', '/orgs', undefined, '"1"')).status).toBe(200);
});
