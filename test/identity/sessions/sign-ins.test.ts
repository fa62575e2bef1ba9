import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { browserOf } from '../../../src/identity/sessions/user-agent.js';
import { nodeJobs } from '../../../src/server/job-list.js';
import { type AdminCaller, operator } from '../../harness/admin/admin-caller.js';
import { eventually } from '../../harness/common/eventually.js';
import { authorizationRequest, obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { attemptSignIn } from '../../harness/pages/sign-in-attempt.js';
import { confirmSignOut, openSignOut, silentAnswer } from '../../harness/pages/sign-out.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let client: RegisteredClient;
let config: oidc.Configuration;
let root: AdminCaller;
beforeAll(async () => {
  const env = {
    TRUSTED_PROXIES: '1',
    SIGN_IN_ATTEMPTS_PER_ACCOUNT: '2',
    SIGN_IN_ATTEMPTS_PER_ADDRESS: '100',
    SIGN_IN_HISTORY_DAYS: '30',
  };
  server = await startTestServer({ env, delivers: true });
  client = await server.register();
  config = await relyingParty(server, client);
  root = await operator(server);
});
afterAll(() => server.close());

interface Row {
  session_uid: string;
  client_id: string;
  address: string;
  user_agent: string;
  amr: string[];
  new_browser: boolean;
  occurred_at: Date;
  ended_at: Date | null;
}

async function rowsOf(accountId: string): Promise<Row[]> {
  const text = 'SELECT *, host(address) AS address FROM sign_ins WHERE account_id = $1 ORDER BY occurred_at';
  return (await server.database.pool.query<Row>(text, [accountId])).rows;
}

async function eventsOf(accountId: string): Promise<Record<string, unknown>[]> {
  const { body } = await root('GET', `/audit_events?target_id=${accountId}`);
  return (body['data'] as Record<string, unknown>[]).toReversed();
}

const logsOf = (message: string) =>
  server
    .logs()
    .split('\n')
    .filter((line) => line.includes(`"msg":"${message}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('a sign-in is recorded once, with a consent after it too', async () => {
  const person = await server.person();
  const agent = new UserAgent();
  await obtainTokens(config, person, {}, agent);
  await silentAnswer(config, agent);
  const rows = await rowsOf(person.id);
  expect(rows).toMatchObject([
    {
      client_id: client.client_id,
      user_agent: 'node',
      amr: ['pwd'],
      ended_at: null,
    },
  ]);
  expect(rows[0]?.address).toMatch(/^(127\.0\.0\.1|::1)$/);
  const { body } = await root('GET', `/accounts/${person.id}`);
  expect(body['last_sign_in_at']).toBe(rows[0]?.occurred_at.toISOString());
  expect(await eventsOf(person.id)).toMatchObject([
    { action: 'account.signed_in', actor: `account:${person.id}`, client_id: client.client_id },
    { action: 'account.application_allowed', actor: `account:${person.id}`, client_id: client.client_id },
  ]);
  expect(logsOf('a person signed in')).toContainEqual(
    expect.objectContaining({ accountId: person.id, clientId: client.client_id, amr: ['pwd'] }),
  );
});

test('auth_time is when the password was checked, not when the consent was given', async () => {
  const person = await server.person();
  const agent = new UserAgent();
  const request = await authorizationRequest(config, { scope: 'openid', max_age: '3600' });
  const page = await agent.open(request.url.href);
  const consent = await agent.submit(
    page,
    { email: person.email, password: person.password },
    { action: '/login' },
  );
  const before = (await rowsOf(person.id))[0]?.occurred_at.getTime() ?? 0;
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await agent.submit(consent, {}, { action: '/consent', stopAt: request.redirectUri });
  const { rows } = await server.database.pool.query<{ login: number }>(
    `SELECT (payload->>'loginTs')::int AS login FROM artifacts WHERE account_id = $1 AND model = 1`,
    [person.id],
  );
  expect(rows).toEqual([{ login: before / 1000 }]);
  expect(await rowsOf(person.id)).toHaveLength(1);
});

test('signing in again in the same browser is another sign-in of the same session', async () => {
  const person = await server.person();
  const agent = new UserAgent();
  await obtainTokens(config, person, {}, agent);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await obtainTokens(config, person, { prompt: 'login' }, agent);
  const rows = await rowsOf(person.id);
  expect(rows).toHaveLength(2);
  expect(new Set(rows.map(({ session_uid }) => session_uid)).size).toBe(1);
});

test('signing out and ending a session are recorded', async () => {
  const person = await server.person();
  const [out, ended] = [new UserAgent(), new UserAgent()];
  await obtainTokens(config, person, {}, out);
  await confirmSignOut(out, await openSignOut(config, out));
  await obtainTokens(config, person, {}, ended);
  const [first, second] = await rowsOf(person.id);
  expect(first?.ended_at).toBeInstanceOf(Date);
  expect(second?.ended_at).toBeNull();
  await root('POST', `/accounts/${person.id}/end_sessions`);
  expect((await rowsOf(person.id))[1]?.ended_at).toBeInstanceOf(Date);
});

test('a User-Agent of any size and kind is recorded as far as it can be', async () => {
  const person = await server.person();
  const agent = new UserAgent();
  const request = await authorizationRequest(config);
  const headers = { 'user-agent': `Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0 ${'ü'.repeat(300)}` };
  const page = await agent.open(request.url.href, { headers });
  const action = /action="([^"]*\/login)"/.exec(page.body)?.[1] ?? '';
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const body = new URLSearchParams({ csrf, email: person.email, password: person.password });
  // The browser follows the redirects of a form with the same header.
  const answer = await agent.open(
    new URL(action, page.url).href,
    { method: 'POST', body },
    `${server.issuer}/oauth2/authorize/`,
  );
  await agent.open(answer.url, { headers });
  const [row] = await rowsOf(person.id);
  expect(row?.user_agent).toHaveLength(256);
  expect(browserOf(row?.user_agent ?? null)).toBe('Firefox on Linux');
});

describe('an attempt that fails', () => {
  test('is a line of the log, and an event of the account', async () => {
    const { id, email } = await server.person();
    await attemptSignIn(config, { email, password: 'wrong' }, { at: server, from: '192.0.2.10' });
    await eventually(async () => (await eventsOf(id)).length === 1);
    expect(await eventsOf(id)).toMatchObject([
      { action: 'account.sign_in_failed', actor: 'anonymous', address: '192.0.2.10' },
    ]);
    expect(logsOf('a sign-in failed')).toContainEqual(
      expect.objectContaining({ accountId: id, address: '192.0.2.10' }),
    );
    expect(await rowsOf(id)).toEqual([]);
  });

  test('at an address without an account is a line of the log that does not name it', async () => {
    const email = 'nobody-here@people.example';
    await attemptSignIn(config, { email, password: 'wrong' }, { at: server, from: '192.0.2.11' });
    const lines = logsOf('a sign-in failed').filter(({ address }) => address === '192.0.2.11');
    expect(lines).toHaveLength(1);
    expect(server.logs()).not.toContain(email);
  });

  test('beyond the limit locks out, which is recorded once', async () => {
    const { id, email } = await server.person();
    for (let attempt = 0; attempt < 5; attempt++)
      await attemptSignIn(config, { email, password: 'wrong' }, { at: server, from: '192.0.2.12' });
    await eventually(async () => (await eventsOf(id)).length === 3);
    expect((await eventsOf(id)).map(({ action }) => action).toSorted()).toEqual([
      'account.locked_out',
      'account.sign_in_failed',
      'account.sign_in_failed',
    ]);
    const refused = logsOf('too many sign-in attempts: account').filter(
      ({ address }) => address === '192.0.2.12',
    );
    expect(refused).toHaveLength(3);
  });
});

test('sign-ins are deleted after SIGN_IN_HISTORY_DAYS', async () => {
  const person = await server.person();
  await obtainTokens(config, person);
  const old = `INSERT INTO sign_ins (account_id, session_uid, occurred_at)
    VALUES ($1, 'old', now() - interval '31 days'), ($1, 'kept', now() - interval '29 days')`;
  await server.database.pool.query(old, [person.id]);
  const job = nodeJobs(server.context).find(({ name }) => name === 'purge sign-ins');
  await job?.run(new AbortController().signal);
  expect((await rowsOf(person.id)).map(({ session_uid }) => session_uid)).toEqual([
    'kept',
    expect.not.stringMatching('old'),
  ]);
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
    'Chrome on Windows',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0',
    'Edge on Windows',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
    'Safari on iPhone',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
    'Safari on macOS',
  ],
  [
    'Mozilla/5.0 (Linux; Android 16; Pixel 11) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/30.0 Chrome/150.0.0.0 Mobile Safari/537.36',
    'Samsung Internet on Android',
  ],
  ['Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) CriOS/156.0 Mobile Safari/604.1', 'Chrome on iPad'],
  ['Opera/9.80 (Windows NT 6.1) OPR/120.0', 'Opera on Windows'],
  ['Something (Windows NT 10.0)', 'Something'],
  ['curl/8.9', 'curl'],
  ['<script>alert(1)</script>', 'Another browser'],
  [null, 'Another browser'],
])('%s is called %s', (userAgent, words) => expect(browserOf(userAgent)).toBe(words));

test('a browser of a new name is marked, and the person gets a mail', async () => {
  const person = await server.person();
  const mails = async () => {
    const page = await server.context.mailbox.list(100);
    return page.data.filter(({ to }) => to === person.email).map(({ subject }) => subject);
  };
  await obtainTokens(config, person);
  await obtainTokens(config, person, {}, new UserAgent());
  expect((await rowsOf(person.id)).map((row) => row.new_browser)).toEqual([false, false]);
  await server.database.pool.query(
    `UPDATE sign_ins SET user_agent = 'Mozilla/5.0 (X11; Linux) Firefox/150.0' WHERE account_id = $1`,
    [person.id],
  );
  await obtainTokens(config, person, {}, new UserAgent());
  expect((await rowsOf(person.id)).filter((row) => row.new_browser)).toHaveLength(1);
  await eventually(async () => (await mails()).length === 1);
  expect((await mails())[0]).toContain('A new browser signed in');
});
