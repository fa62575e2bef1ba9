import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type AdminCaller,
  newOrganization,
  operator,
  personCaller,
  withRole,
} from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const PASSWORD = 'correct horse battery';

let server: TestServer;
let root: AdminCaller;
beforeAll(async () => {
  server = await startTestServer();
  root = await operator(server);
});
afterAll(() => server.close());

const actionsOn = async (id: string) => {
  const { body } = await root('GET', `/audit_events?target_id=${id}`);
  return (body['data'] as { action: string; changed_fields: string[] }[]).map(
    ({ action, changed_fields }) => [action, ...changed_fields.toSorted()],
  );
};
const signsIn = (email: string, password: string) =>
  server.context.passwordSignIn.authenticate({ email, password, address: '192.0.2.1' }).then(
    () => true,
    () => false,
  );

test('an account is created, read, changed and found, and each change is in the audit trail', async () => {
  const made = await root('POST', '/accounts', {
    email: 'Ada@People.example',
    password: PASSWORD,
    email_verified: true,
    profile: { name: 'Ada Lovelace', nickname: 'Ada' },
  });
  expect(made.status).toBe(201);
  const { id } = made.body as { id: string };
  expect(made.body).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    email: 'ada@people.example',
    email_verified: true,
    profile: { name: 'Ada Lovelace', nickname: 'Ada' },
    status: 'active',
    disabled_at: null,
    delete_after: null,
    deletion_requested_by: null,
    last_sign_in_at: null,
    has_password: true,
    password_changed_at: null,
    created_at: expect.any(String),
    updated_at: expect.any(String),
    url: `${server.issuer}/admin/v1/accounts/${id}`,
  });
  expect(made.headers.get('location')).toBe(made.body['url']);
  expect((await root('GET', `/accounts/${id}`)).body).toEqual(made.body);
  expect(await signsIn('ada@people.example', PASSWORD)).toBe(true);

  const profile = { nickname: null, address: { country: 'UK' } };
  const changed = await root('PATCH', `/accounts/${id}`, { profile });
  expect(changed.body['profile']).toEqual({ name: 'Ada Lovelace', address: { country: 'UK' } });
  const moved = await root('PATCH', `/accounts/${id}`, { email: 'countess@people.example' });
  expect(moved.body).toMatchObject({ email: 'countess@people.example', email_verified: false });
  await root('PATCH', `/accounts/${id}`, { email_verified: false });
  expect((await root('POST', `/accounts/${id}/set_password`, { password: 'another long one' })).status).toBe(
    204,
  );
  expect(await signsIn('countess@people.example', 'another long one')).toBe(true);
  expect(await signsIn('countess@people.example', PASSWORD)).toBe(false);

  await eventually(async () => (await actionsOn(id)).length === 5);
  expect(await actionsOn(id)).toEqual([
    ['account.sign_in_failed'],
    ['account.password_set'],
    ['account.updated', 'email', 'email_verified'],
    ['account.updated', 'profile'],
    ['account.created', 'email', 'email_verified', 'password', 'profile'],
  ]);
});

test('lists search the beginning of address and name, page by page', async () => {
  for (const [email, name] of [
    ['grace@search.example', 'Grace Hopper'],
    ['g%race@search.example', 'Somebody'],
    ['hopper@search.example', 'graceful Person'],
  ])
    await root('POST', '/accounts', { email, password: PASSWORD, profile: { name } });
  const found: string[] = [];
  let cursor = '';
  do {
    const { body } = await root('GET', `/accounts?starts_with=GRACE&page_limit=1${cursor}`);
    found.push(...(body['data'] as { email: string }[]).map(({ email }) => email));
    cursor = body['next_cursor'] === null ? '' : `&cursor=${body['next_cursor'] as string}`;
  } while (cursor !== '');
  expect(found).toEqual(['hopper@search.example', 'grace@search.example']);
  const literal = await root('GET', '/accounts?starts_with=g%25');
  expect(literal.body['data']).toEqual([expect.objectContaining({ email: 'g%race@search.example' })]);
});

test('every mistake comes at once', async () => {
  const refused = await root('POST', '/accounts', {
    email: 'nothing',
    password_hash: '5f4dcc3b5aa765d61d8327deb882cf99',
    profile: { website: 'ftp://x.example' },
  });
  expect(refused.status).toBe(422);
  const wrong = await root('POST', '/accounts', { email: 'nothing', password: 'short', password_hash: 'x' });
  const pointers = (answer: typeof wrong) =>
    (answer.body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer);
  expect(pointers(wrong)).toEqual(['/email', '/password']);
  expect(pointers(refused)).toContain('/profile/website');
  for (const email of ['a\u0000@people.example', 'a@people\u0000.example']) {
    const unstorable = await root('POST', '/accounts', { email, password: PASSWORD });
    expect([unstorable.status, pointers(unstorable)]).toEqual([422, ['/email']]);
  }
  const taken = { email: 'Twice@people.example', password: PASSWORD };
  expect((await root('POST', '/accounts', taken)).status).toBe(201);
  expect((await root('POST', '/accounts', taken)).status).toBe(409);
});

test('only owners of the installation with the scopes manage accounts', async () => {
  const { id } = await server.person();
  const { org } = await newOrganization(server, 'accounts-org');
  const owner = await withRole(server, org, 'owner');
  for (const [method, path, body] of [
    ['GET', '/accounts', undefined],
    ['GET', `/accounts/${id}`, undefined],
    ['PATCH', `/accounts/${id}`, { email_verified: true }],
    ['POST', `/accounts/${id}/set_password`, { password: PASSWORD }],
  ] as const) {
    expect((await owner(method, path, body)).status).toBe(403);
  }
  const operatorId = (await server.context.members.operators())[0]?.id ?? '';
  const reader = await personCaller(server, operatorId, ['accounts.read']);
  expect((await reader('GET', `/accounts/${id}`)).status).toBe(200);
  expect((await reader('PATCH', `/accounts/${id}`, { email_verified: true })).status).toBe(403);
});

test('a token for accounts alone cannot take over an account that has a role', async () => {
  const operatorId = (await server.context.members.operators())[0]?.id ?? '';
  const writer = await personCaller(server, operatorId, ['accounts.write']);
  const { id } = await server.person();
  expect((await writer('PATCH', `/accounts/${id}`, { email: 'x@people.example' })).status).toBe(200);
  const refusals = [
    await writer('PATCH', `/accounts/${operatorId}`, { email: 'mine@people.example' }),
    await writer('POST', `/accounts/${operatorId}/set_password`, { password: PASSWORD }),
  ];
  expect(refusals.map(({ status }) => status)).toEqual([403, 403]);
  expect((await writer('PATCH', `/accounts/${operatorId}`, { email_verified: true })).status).toBe(200);
});
