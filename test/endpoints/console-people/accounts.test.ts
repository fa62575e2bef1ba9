import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { callAdmin } from '../../harness/admin/admin-caller.js';
import { FREE_CHOICE, sequentialScans, statementsOf } from '../../harness/large-tables/list-plans.js';
import { linkIn, nextMail } from '../../harness/mail/mailbox.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, hiddenField } from '../../harness/pages/console-agent.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';

let server: TestServer;
let agent: ConsoleAgent;
beforeAll(async () => {
  server = await startTestServer({ delivers: true });
  agent = await ConsoleAgent.signIn(server);
});
afterAll(() => server.close());

const ACCOUNTS = '/console/accounts';
const read = async (id: string) => (await callAdmin(server, 'GET', `/accounts/${id}`)).body;
const idIn = (location: string | null) => /accounts\/([0-9a-f-]{36})/.exec(location ?? '')?.[1] ?? '';
const base = async (path: string) => ({ base: hiddenField((await agent.get(path)).body, 'base') });

describe('a new account', () => {
  test('is made with a password, and with one that nobody knows', async () => {
    const fields = { ...(await base(`${ACCOUNTS}/new`)), name: 'Ada Lind', email_verified: 'true' };
    const made = await agent.post(`${ACCOUNTS}/new`, {
      ...fields,
      email: 'ada@people.example',
      password: 'a long enough passphrase',
    });
    expect(made.status).toBe(303);
    expect(await read(idIn(made.headers.get('location')))).toMatchObject({
      email: 'ada@people.example',
      email_verified: true,
      profile: { name: 'Ada Lind' },
    });
    const without = await agent.post(`${ACCOUNTS}/new`, { ...fields, email: 'ben@people.example' });
    const page = await agent.get(without.headers.get('location') ?? '');
    expect(page.body).toContain('The account was created.');
    expect(server.logs()).not.toContain('a long enough passphrase');
  });

  test('keeps what was typed when it is refused, but for the password', async () => {
    const fields = { ...(await base(`${ACCOUNTS}/new`)), name: 'Kept', email_verified: 'false' };
    const wrong = await agent.post(`${ACCOUNTS}/new`, { ...fields, email: 'x', password: 'short-secret' });
    expect(wrong.status).toBe(422);
    expect(wrong.body).toContain('value="Kept"');
    expect(wrong.body).toContain('id="email-problem"');
    expect(wrong.body).not.toContain('short-secret');
    const { email } = await server.person();
    const taken = await agent.post(`${ACCOUNTS}/new`, { ...fields, email, password: 'a long passphrase' });
    expect(taken.status).toBe(422);
  });
});

test('the list finds people by the beginning of a name or address, by status and by id', async () => {
  const { id, email } = await server.person();
  const found = await agent.get(`${ACCOUNTS}?starts_with=${email.slice(0, 8)}&status=`);
  expect(found.body).toContain(email);
  expect((await agent.get(`${ACCOUNTS}?starts_with=no-such-person`)).body).toContain('Nothing is like that');
  expect((await agent.get(`${ACCOUNTS}?status=disabled`)).body).not.toContain(email);
  const file = await agent.get(`${ACCOUNTS}?starts_with=${email.slice(0, 8)}&format=csv`);
  expect(file.headers.get('content-disposition')).toBe('attachment; filename="accounts.csv"');
  expect(file.body.trim().split('\r\n')).toHaveLength(2);
  expect((await agent.get(`${ACCOUNTS}?starts_with=${id}`)).headers.get('location')).toBe(
    `${ACCOUNTS}/${id}`,
  );
  expect((await agent.get(`${ACCOUNTS}?status=nonsense`)).status).toBe(400);
});

test('the data of a person is changed field by field, and a mistake stands at its field', async () => {
  const { id, email } = await server.person();
  const path = `${ACCOUNTS}/${id}/edit`;
  const form = { ...(await base(path)), email, email_verified: 'true' };
  const typed = { ...form, given_name: 'Grace', 'address.country': 'UK', profile: 'https://grace.example/' };
  expect((await agent.post(path, typed)).status).toBe(303);
  expect(await read(id)).toMatchObject({
    profile: { given_name: 'Grace', address: { country: 'UK' }, profile: 'https://grace.example/' },
  });
  const wrong = await agent.post(path, { ...form, ...(await base(path)), phone_number: 'none' });
  expect(wrong.status).toBe(422);
  expect(wrong.body).toContain('id="phone_number-problem"');
});

describe('the page of an account', () => {
  test('shows sessions and applications, and ends them', async () => {
    const person = await server.person();
    const client = await server.register();
    await obtainTokens(await relyingParty(server, client), person);
    const path = `${ACCOUNTS}/${person.id}`;
    const { body } = await agent.get(path);
    expect(body).toContain(client.client_id);
    const end = /action="([^"]+\/end)"/.exec(body)?.[1] ?? '';
    expect((await agent.post(end, {})).status).toBe(303);
    expect((await agent.post(end, {})).status).toBe(404);
    expect((await agent.post(`${path}/applications/${client.client_id}/revoke`, {})).status).toBe(303);
    expect((await agent.get(path)).body).toContain('No application has access.');
    expect((await agent.get(`${path}/activity`)).body).toContain('account.application_revoked');
  });

  test('ends sessions and applications at once, after asking', async () => {
    const person = await server.person();
    const config = await relyingParty(server, await server.register());
    const tokens = await obtainTokens(config, person);
    const path = `${ACCOUNTS}/${person.id}`;
    expect((await agent.get(`${path}/end-access`)).body).toContain('Every session ends');
    expect((await agent.post(`${path}/end-access`, {})).status).toBe(303);
    const { body } = await agent.get(path);
    expect(body).toContain('Signed in nowhere.');
    expect(body).toContain('No application has access.');
    await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  test('names the roles of the person with their pages', async () => {
    const viewer = await ConsoleAgent.signIn(server, 'viewer');
    const { body } = await agent.get(`${ACCOUNTS}/${viewer.person.id}`);
    expect(body).toContain('href="/console/o/default/members"');
  });

  test('is not there for a wrong or unknown id', async () => {
    expect((await agent.get(`${ACCOUNTS}/nobody`)).status).toBe(404);
    expect((await agent.get(`${ACCOUNTS}/00000000-0000-4000-8000-000000000000`)).status).toBe(404);
  });
});

test('an account is disabled, enabled, deleted and restored, after its address was typed', async () => {
  const { id, email } = await server.person();
  const path = `${ACCOUNTS}/${id}`;
  for (const [step, status] of [
    ['disable', 'disabled'],
    ['enable', 'active'],
    ['delete', 'deleting'],
    ['restore', 'active'],
  ] as const) {
    const isGrave = step === 'disable' || step === 'delete';
    expect((await agent.get(`${path}/${step}`)).status).toBe(200);
    if (isGrave) expect((await agent.post(`${path}/${step}`, { typed: 'another' })).status).toBe(422);
    expect((await agent.post(`${path}/${step}`, isGrave ? { typed: email } : {})).status).toBe(303);
    expect(await read(id)).toMatchObject({ status });
  }
});

test('the factors are reset, a password is set and a link is sent', async () => {
  const { id, email } = await server.person();
  const path = `${ACCOUNTS}/${id}`;
  expect((await agent.post(`${path}/reset-factors`, { typed: email })).status).toBe(303);
  const form = await base(`${path}/password`);
  expect((await agent.post(`${path}/password`, { ...form, password: 'short' })).status).toBe(422);
  expect((await agent.post(`${path}/password`, { ...form, password: 'another long one' })).status).toBe(303);
  expect((await agent.post(`${path}/send-recovery`, {})).status).toBe(303);
  const mail = await nextMail(server, email, 3);
  expect([mail.subject, linkIn(mail, '/recover/')]).toEqual([
    expect.stringContaining('Set a new password'),
    expect.stringContaining('/recover/'),
  ]);
});

test('what is grave needs a sign-in of the last 10 minutes', async () => {
  const old = await ConsoleAgent.signIn(server);
  await server.database.pool.query(
    `UPDATE own_sessions SET auth_time = auth_time - interval '11 minutes' WHERE account_id = $1`,
    [old.person.id],
  );
  const { id, email } = await server.person();
  for (const step of ['disable', 'delete', 'edit', 'reset-factors', 'password']) {
    const answer = await old.post(`${ACCOUNTS}/${id}/${step}`, { typed: email });
    expect(answer.headers.get('location')).toMatch(/^\/self\/sign-in\?to=.*&max_age=600$/);
  }
  expect(await read(id)).toMatchObject({ status: 'active' });
});

test('a form that is sent after the session ended keeps what was typed, but shows no password', async () => {
  const path = `${ACCOUNTS}/new`;
  const other = await ConsoleAgent.signIn(server);
  const fields = { ...(await base(path)), email: 'late@people.example', email_verified: 'false' };
  await server.database.pool.query('DELETE FROM own_sessions WHERE account_id = $1', [other.person.id]);
  const kept = await other.post(path, { ...fields, password: 'typed before the end' });
  expect(kept.status).toBe(401);
  expect(kept.body).not.toContain('typed before the end');
  const again = await agent.post(`${path}?kept`, { kept: hiddenField(kept.body, 'kept') });
  expect(again.body).toContain('late@people.example');
  expect(again.body).toContain('name="password" value="typed before the end"');
  expect(again.body.match(/typed before the end/g)).toHaveLength(1);
});

test('pages of 100 000 accounts never read the whole table', async () => {
  await server.database.pool.query(
    `INSERT INTO accounts (email, profile) SELECT 'many' || n || '@many.example', jsonb_build_object('name', 'Many ' || n)
     FROM generate_series(1, 100000) AS n`,
  );
  await server.database.pool.query('ANALYZE accounts');
  const { statements } = await statementsOf(server, /^\s*SELECT\b.*FROM accounts\b.*\bLIMIT/is, async () => {
    const first = await agent.get(ACCOUNTS);
    const next = /href="([^"]+)" rel="next"/.exec(first.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect((await agent.get(next)).body).toContain('@many.example');
    expect((await agent.get(`${ACCOUNTS}?starts_with=many777`)).status).toBe(200);
    expect((await agent.get(`${ACCOUNTS}?starts_with=many&status=disabled`)).status).toBe(200);
  });
  expect(statements.length).toBeGreaterThan(3);
  for (const statement of statements)
    expect(await sequentialScans(server, statement, FREE_CHOICE)).toEqual([]);
}, 120_000);
