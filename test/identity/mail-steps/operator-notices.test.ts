import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AdminCaller, operator } from '../../harness/admin/admin-caller.js';
import { nextMail } from '../../harness/mail/mailbox.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let root: AdminCaller;
beforeAll(async () => {
  server = await startTestServer({ delivers: true });
  root = await operator(server);
});
afterAll(() => server.close());

test('a person is told that an operator set the password', async () => {
  const { id, email } = await server.person();
  const body = { password: 'another passphrase of theirs' };
  expect((await root('POST', `/accounts/${id}/set_password`, body)).status).toBe(204);
  const mail = await nextMail(server, email);
  expect(mail.subject).toMatch(/^An operator set your password/);
  for (const text of [mail.text, mail.html]) expect(text).not.toContain(body.password);
});

test('the former address is told that an operator changed it', async () => {
  const { id, email } = await server.person();
  expect((await root('PATCH', `/accounts/${id}`, { email: `moved-${email}` })).status).toBe(200);
  expect((await nextMail(server, email)).subject).toMatch(/^An operator changed your e-mail address/);
});
