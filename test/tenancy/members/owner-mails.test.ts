import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { mailsTo, nextMail } from '../../harness/mail/mailbox.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, makeOperator } from '../../harness/pages/console-agent.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ delivers: true });
});
afterAll(() => server.close());

const MEMBERS = '/orgs/default/members';

test('owners get one mail of each role that another one gives, changes and takes', async () => {
  const [ada, ben] = [await makeOperator(server, 'owner'), await makeOperator(server, 'owner')];
  const [admin, unverified, chloe] = [
    await makeOperator(server, 'admin'),
    await makeOperator(server, 'owner'),
    await server.person(),
  ];
  await server.database.pool.query('UPDATE accounts SET email_verified = false WHERE id = $1', [
    unverified.id,
  ]);
  const count = async ({ email }: { email: string }) => (await mailsTo(server, email)).length;
  // Of the roles given above.
  await nextMail(server, ada.email, 3);
  await nextMail(server, ben.email, 2);

  const given = await callAdmin(server, 'POST', MEMBERS, { email: chloe.email, role: 'viewer' });
  expect(given.status).toBe(201);
  const mail = await nextMail(server, ben.email, 3);
  expect(mail.text).toContain(`${chloe.email} has the role viewer in the organization`);
  expect(mail.text).toContain('look at the audit trail');
  const path = `${MEMBERS}/${String(given.body['id'])}`;
  await callAdmin(server, 'PATCH', path, { role: 'admin' });
  expect((await nextMail(server, ben.email, 4)).text).toContain('is admin now.');
  await callAdmin(server, 'PATCH', path, { role: 'admin' });
  await callAdmin(server, 'DELETE', path);
  expect((await nextMail(server, ben.email, 5)).text).toContain('does not have the role admin');
  expect(await count(ben)).toBe(5);
  expect(await count(admin)).toBe(0);
  expect(await count(chloe)).toBe(0);
  expect(await count(unverified)).toBe(0);
});

test('an owner who is removed is told, who removes is not, and a refused change sends nothing', async () => {
  const dan = await makeOperator(server, 'operator');
  const eve = await ConsoleAgent.signIn(server);
  const of = ({ email }: { email: string }) => mailsTo(server, email);
  await nextMail(server, dan.email);
  const { body } = await callAdmin<{ data: { id: string; subject: string }[] }>(server, 'GET', '/members');
  const member = body.data.find(({ subject }) => subject === `account:${dan.id}`);
  const remove = `/console/members/${member?.id ?? ''}/remove`;
  expect((await callAdmin(server, 'POST', '/members', { email: dan.email, role: 'owner' })).status).toBe(409);
  expect((await eve.post('/console/keys/rotate', { typed: 'rotate' })).status).toBe(303);
  const rotated = await nextMail(server, dan.email, 2);
  expect(rotated.subject).toContain('The signing keys were rotated');
  expect(rotated.text).toContain(`Done by ${eve.person.email}.`);
  expect((await eve.post(remove, { typed: dan.email })).status).toBe(303);
  expect((await nextMail(server, dan.email, 3)).text).toContain(
    `${dan.email} does not have the role owner in this installation any more.`,
  );
  expect(await of(eve.person)).toHaveLength(0);
});
