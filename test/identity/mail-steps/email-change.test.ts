import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { codeIn, linkIn, mailsTo, nextMail } from '../../harness/mail/mailbox.js';
import { signInToOwnPage } from '../../harness/pages/own-sign-in.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ delivers: true, env: { SECOND_FACTOR: 'optional' } });
});
afterAll(() => server.close());

const newAddress = () => `${randomBytes(6).toString('hex')}@people.example`;

interface SignedIn {
  agent: UserAgent;
  page: Page;
  person: { id: string; email: string; password: string };
}

/** A person at the page of their address. */
async function atEmailPage(): Promise<SignedIn> {
  const person = await server.person();
  await server.database.pool.query('UPDATE accounts SET email_verified = false WHERE id = $1', [person.id]);
  const agent = new UserAgent();
  const page = await signInToOwnPage(server.issuer, '/account/email', person, agent);
  return { agent, page, person };
}

const accountOf = ({ id }: { id: string }) => server.context.accounts.find(id);

/** Changes the address and returns the link that undoes it. */
async function change({ agent, page }: SignedIn, from: string, to: string, count = 1): Promise<string> {
  const code = await agent.submit(page, { email: to }, { action: '/account/email' });
  await agent.submit(code, { code: codeIn(await nextMail(server, to)) }, { action: '/code' });
  return linkIn(await nextMail(server, from, count), '/undo-email/');
}

test('the address is verified by the code', async () => {
  const { agent, page, person } = await atEmailPage();
  expect(page.body).toContain('Not verified');
  const code = await agent.submit(page, {}, { action: '/verify' });
  const wrong = await agent.submit(code, { code: '00000000' }, { action: '/code' });
  expect([wrong.status, wrong.body.includes('4 more tries')]).toEqual([422, true]);
  const mail = await nextMail(server, person.email);
  const done = await agent.submit(wrong, { code: codeIn(mail) }, { action: '/code' });
  expect(done.body).toContain('Your e-mail address is verified.');
  expect(await accountOf(person)).toMatchObject({ emailVerified: true });
});

test('the link verifies without a sign-in, after a button', async () => {
  const { agent, page, person } = await atEmailPage();
  await agent.submit(page, {}, { action: '/verify' });
  const link = linkIn(await nextMail(server, person.email), '/confirm-email/');
  const other = new UserAgent();
  const shown = await other.open(link);
  expect(await accountOf(person)).toMatchObject({ emailVerified: false });
  expect((await other.submit(shown, {})).body).toContain('is confirmed');
  expect(await accountOf(person)).toMatchObject({ emailVerified: true });
  expect((await other.open(link)).status).toBe(400);
});

test('a change takes effect with the code from the new address; the old one is told, and can take it back', async () => {
  const signedIn = await atEmailPage();
  const { agent, person } = signedIn;
  const to = newAddress();
  const undo = await change(signedIn, person.email, to);
  expect(await accountOf(person)).toMatchObject({ email: to, emailVerified: true });
  expect((await nextMail(server, to, 2)).text).toContain('was changed to this one');
  expect((await nextMail(server, person.email)).text).toContain(to);

  const other = new UserAgent();
  expect((await other.submit(await other.open(undo), {})).body).toContain('former e-mail address again');
  expect(await accountOf(person)).toMatchObject({ email: person.email, emailVerified: false });
  expect((await agent.open(`${server.issuer}/account`)).body).toContain('type="password"');
  expect((await other.open(undo)).status).toBe(400);
});

test('the first owner wins: undoing undoes all later changes, whoever made them', async () => {
  const signedIn = await atEmailPage();
  const { person } = signedIn;
  const [second, third] = [newAddress(), newAddress()];
  const firstUndo = await change(signedIn, person.email, second);
  const page = await signedIn.agent.open(`${server.issuer}/account/email`);
  const secondUndo = await change({ ...signedIn, page }, second, third, 3);
  const other = new UserAgent();
  // The owner of the second address takes the second change back, and cannot keep the first owner out.
  await other.submit(await other.open(secondUndo), {});
  expect(await accountOf(person)).toMatchObject({ email: second });
  await other.submit(await other.open(firstUndo), {});
  expect(await accountOf(person)).toMatchObject({ email: person.email });
  expect((await other.open(secondUndo)).status).toBe(400);
});

test('an address that an operator has set cannot be undone by a link from before', async () => {
  const signedIn = await atEmailPage();
  const { person } = signedIn;
  const undo = await change(signedIn, person.email, newAddress());
  const email = newAddress();
  expect((await callAdmin(server, 'PATCH', `/accounts/${person.id}`, { email })).status).toBe(200);
  expect((await new UserAgent().open(undo)).status).toBe(400);
  expect(await accountOf(person)).toMatchObject({ email });
});

test('an address that has an account is answered the same, and its owner is told', async () => {
  const bodies: string[] = [];
  const taken = await server.person();
  for (const to of [taken.email, newAddress()]) {
    const { agent, page, person } = await atEmailPage();
    const code = await agent.submit(page, { email: to }, { action: '/account/email' });
    bodies.push(
      code.body
        .replaceAll('<wbr>', '')
        .replaceAll(to, 'TO')
        .replaceAll(person.email, 'FROM')
        .replace(/value="[\w-]{43}"/g, 'CSRF'),
    );
  }
  expect(bodies[0]).toBe(bodies[1]);
  expect((await nextMail(server, taken.email)).subject).toMatch(/^You have an account/);
});

test('pending codes die with the change, and an address that was taken meanwhile is refused', async () => {
  const signedIn = await atEmailPage();
  const { agent, page, person } = signedIn;
  await agent.submit(page, {}, { action: '/verify' });
  const verification = linkIn(await nextMail(server, person.email), '/confirm-email/');
  const again = await agent.open(`${server.issuer}/account/email`);
  await change({ ...signedIn, page: again }, person.email, newAddress(), 2);
  expect((await agent.open(verification)).status).toBe(400);

  const late = await atEmailPage();
  const to = newAddress();
  await late.agent.submit(late.page, { email: to }, { action: '/account/email' });
  const link = linkIn(await nextMail(server, to), '/confirm-email/');
  await server.context.accounts.create({ email: to, password: 'another passphrase of theirs' });
  const shown = await late.agent.open(link);
  expect((await late.agent.submit(shown, {})).status).toBe(400);
  expect(await accountOf(late.person)).toMatchObject({ email: late.person.email });
});

test('what is no address, the present one, and too many changes are refused', async () => {
  const { agent, page, person } = await atEmailPage();
  for (const [email, words] of [
    ['no address', 'must be an e-mail address'],
    [person.email.toUpperCase(), 'is the address of this account already'],
  ] as const) {
    const answer = await agent.submit(page, { email }, { action: '/account/email' });
    expect([answer.status, answer.body.includes(words)]).toEqual([400, true]);
  }
  const statuses: number[] = [];
  for (let times = 0; times < 6; times++) {
    statuses.push((await agent.submit(page, { email: newAddress() }, { action: '/account/email' })).status);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
});

test('an old sign-in is asked for again before a change, and another account’s code is of no use', async () => {
  const { agent, page, person } = await atEmailPage();
  await server.database.pool.query(
    "UPDATE own_sessions SET auth_time = auth_time - interval '11 minutes' WHERE account_id = $1",
    [person.id],
  );
  await server.database.pool.query(
    `UPDATE artifacts SET payload = jsonb_set(payload::jsonb, '{loginTs}', to_jsonb((payload->>'loginTs')::int - 660))
     WHERE account_id = $1 AND model = 1`,
    [person.id],
  );
  const to = newAddress();
  const asked = await agent.submit(page, { email: to }, { action: '/account/email' });
  expect(asked.body).toContain('type="password"');
  expect(await mailsTo(server, to)).toEqual([]);

  const mine = await atEmailPage();
  const code = await mine.agent.submit(mine.page, {}, { action: '/verify' });
  await agent.submit(asked, { email: person.email, password: person.password }, { action: '/login' });
  const theirs = await agent.open(`${server.issuer}/account/email`);
  const csrf = /name="csrf" value="([^"]+)"/.exec(theirs.body)?.[1] ?? '';
  const body = new URLSearchParams({ csrf, code: codeIn(await nextMail(server, mine.person.email)) });
  await agent.open(`${server.issuer}/account/email/code`, { method: 'POST', body });
  expect(await accountOf(mine.person)).toMatchObject({ emailVerified: false });
  expect(code.status).toBe(200);
});
