import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { type AdminCaller, newOrganization, operator } from '../../harness/admin/admin-caller.js';
import { linkIn, mailsTo, nextMail } from '../../harness/mail/mailbox.js';
import { runPostern } from '../../harness/nodes/postern-process.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const PASSWORD = 'seven lanterns over water';

let server: TestServer;
let root: AdminCaller;
let acme: string;
beforeAll(async () => {
  server = await startTestServer({ delivers: true, env: { SIGN_UP: 'invite', SECOND_FACTOR: 'optional' } });
  root = await operator(server);
  await newOrganization(server, 'acme');
  acme = String((await root('GET', '/orgs/acme')).body['id']);
});
afterAll(() => server.close());

const newAddress = () => `${randomBytes(6).toString('hex')}@people.example`;

const invite = (email: string, role = 'viewer', place = '/orgs/acme') =>
  root('POST', `${place}/invitations`, { email, role });

const linkTo = async (email: string, count = 1) =>
  linkIn(await nextMail(server, email, count), '/invitations/');

const membersOf = async (place = '/orgs/acme') =>
  (await root('GET', `${place}/members`)).body['data'] as { subject: string; email: string; role: string }[];

test('a person without an account creates one, and has the role', async () => {
  const email = newAddress();
  expect((await invite(email)).status).toBe(201);
  const mail = await nextMail(server, email);
  expect(mail.text).toContain('viewer of the organization');
  const agent = new UserAgent();
  const link = await linkTo(email);
  for (let times = 0; times < 5; times++) expect((await agent.open(link)).body).toContain('Accept');
  expect((await membersOf()).map((member) => member.email)).not.toContain(email);
  const page = await agent.submit(await agent.open(link), {});
  expect(page.body).toContain('Choose a password');
  const account = await agent.submit(page, { password: PASSWORD }, { action: '/create' });
  expect(account.url).toBe(`${server.issuer}/account`);
  expect(await membersOf()).toContainEqual(expect.objectContaining({ email, role: 'viewer' }));
  expect(await server.context.accounts.findByEmail(email)).toMatchObject({ emailVerified: true });
  expect((await agent.open(link)).status).toBe(400);
  expect((await root('GET', '/orgs/acme/invitations')).body['data']).toEqual([]);
  const { body } = await root('GET', '/audit_events?action=invitation.accepted');
  expect(body['data']).toContainEqual(expect.objectContaining({ org_id: acme }));
});

test('a person with an account gets the role with one button; the answer to the operator is the same', async () => {
  const person = await server.person();
  const [known, unknown] = [await invite(person.email), await invite(newAddress())];
  expect([known.status, Object.keys(known.body)]).toEqual([unknown.status, Object.keys(unknown.body)]);
  const agent = new UserAgent();
  const page = await agent.submit(await agent.open(await linkTo(person.email)), {});
  expect(page.body).toContain('The invitation is accepted');
  expect(await membersOf()).toContainEqual(
    expect.objectContaining({ subject: `account:${person.id}`, role: 'viewer' }),
  );
});

test('an account that has not proved the address gets no role: it may be that of somebody else', async () => {
  const person = await server.person();
  const verify = (isVerified: boolean) =>
    server.database.pool.query('UPDATE accounts SET email_verified = $1 WHERE id = $2', [
      isVerified,
      person.id,
    ]);
  await verify(false);
  await invite(person.email);
  const link = await linkTo(person.email);
  const agent = new UserAgent();
  const refused = await agent.submit(await agent.open(link), {});
  expect([refused.status, refused.body.includes('verify the address')]).toEqual([403, true]);
  expect((await membersOf()).map(({ subject }) => subject)).not.toContain(`account:${person.id}`);
  await verify(true);
  expect((await agent.submit(await agent.open(link), {})).body).toContain('The invitation is accepted');
});

test('a role that the person has already stays as it is', async () => {
  const person = await server.person();
  await root('POST', '/orgs/acme/members', { email: person.email, role: 'admin' });
  await invite(person.email, 'viewer');
  const agent = new UserAgent();
  const page = await agent.submit(await agent.open(await linkTo(person.email)), {});
  expect(page.status).toBe(200);
  expect(await membersOf()).toContainEqual(
    expect.objectContaining({ subject: `account:${person.id}`, role: 'admin' }),
  );
});

test('a revoked or expired invitation does not work, also when it was opened before', async () => {
  const [revoked, expired] = [newAddress(), newAddress()];
  const { body } = await invite(revoked);
  await invite(expired);
  const agent = new UserAgent();
  const opened = await agent.submit(await agent.open(await linkTo(revoked)), {});
  expect((await root('DELETE', `/orgs/acme/invitations/${String(body['id'])}`)).status).toBe(204);
  const late = await agent.submit(opened, { password: PASSWORD }, { action: '/create' });
  expect(late.body).not.toContain(`${server.issuer}/account`);
  expect(await server.context.accounts.findByEmail(revoked)).toBeUndefined();
  expect((await agent.open(await linkTo(revoked))).status).toBe(400);

  const link = await linkTo(expired);
  await server.database.pool.query("UPDATE invitations SET expires_at = now() - interval '1 second'");
  expect((await agent.open(link)).status).toBe(400);
  expect((await invite(expired)).status).toBe(201);
  expect((await agent.open(link)).status).toBe(400);
  expect((await agent.open(await linkTo(expired, 2))).status).toBe(200);
});

test('of two acceptances at once one succeeds', async () => {
  const person = await server.person();
  await invite(person.email, 'admin');
  const agent = new UserAgent();
  const page = await agent.open(await linkTo(person.email));
  const done = await Promise.all([agent.submit(page, {}), agent.submit(page, {})]);
  expect(done.map(({ status }) => status).sort()).toEqual([200, 400]);
});

test('an address is invited once at a time, at each level, and a few times in an hour', async () => {
  const email = newAddress();
  expect((await invite(email)).status).toBe(201);
  expect((await invite(email)).status).toBe(409);
  expect((await invite(email, 'viewer', '/orgs/acme/projects/acme')).status).toBe(201);
  expect((await invite(email, 'owner', '')).status).toBe(429);
  expect(await mailsTo(server, email)).toHaveLength(2);
  expect((await invite('no address')).status).toBe(422);
  expect((await invite(newAddress(), 'viewer', '')).status).toBe(422);
});

test('without an invitation nobody signs up', async () => {
  const agent = new UserAgent();
  const page = await agent.open(`${server.issuer}/sign-up`);
  expect(page.body).toContain('You need an invitation');
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const email = newAddress();
  const body = new URLSearchParams({ csrf, email });
  await agent.open(page.url, { method: 'POST', body });
  expect(await mailsTo(server, email)).toEqual([]);
  const metadata = await (await fetch(`${server.origin}/.well-known/openid-configuration`)).json();
  expect((metadata as { prompt_values_supported: string[] }).prompt_values_supported).not.toContain('create');
});

test('while sign-up is off nobody is invited', async () => {
  const closed = await startTestServer({ nodeOf: server, env: { SIGN_UP: 'off' } });
  try {
    const { context } = closed;
    const actor = { subject: 'test', address: null, requestId: null };
    const tenant = { orgId: acme, projectId: null };
    await expect(
      context.invitations.create(actor, tenant, { email: newAddress(), role: 'viewer' }),
    ).rejects.toMatchObject({ kind: 'conflict' });
    for (const path of ['/sign-up', '/invitations/x', '/interaction/x/sign-up'])
      expect((await fetch(closed.origin + path, { redirect: 'manual' })).status).toBe(404);
  } finally {
    await closed.close();
  }
});

test('the command line invites, lists and revokes', async () => {
  const environment = {
    DATABASE_URL: server.database.url,
    ENCRYPTION_KEY: server.database.encryptionKey,
    ISSUER: server.issuer,
    TRUSTED_PROXIES: '1',
    SIGN_UP: 'invite',
  };
  const email = newAddress();
  const at = ['--org', 'acme', '--json'];
  const made = await runPostern(['invitation', 'create', email, 'member', ...at], environment);
  expect([made.code, made.json()]).toEqual([0, expect.objectContaining({ email, role: 'member' })]);
  await nextMail(server, email);
  const list = await runPostern(['invitation', 'list', '--org', 'acme'], environment);
  expect(list.stdout).toContain(email);
  const id = String(made.json()['id']);
  expect((await runPostern(['invitation', 'revoke', id, ...at], environment)).code).toBe(0);
  expect((await runPostern(['invitation', 'revoke', id, ...at], environment)).code).toBe(3);
  expect((await runPostern(['invitation', 'revoke', 'nonsense', ...at], environment)).code).toBe(3);
  expect((await runPostern(['invitation', 'create', email, 'king', ...at], environment)).code).toBe(4);
});
