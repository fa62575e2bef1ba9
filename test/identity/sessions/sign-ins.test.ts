import { expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { browserOf } from '../../../src/identity/sessions/user-agent.js';
import { nodeJobs } from '../../../src/server/job-list.js';
import { authorizationRequest, obtainTokens } from '../../harness/protocol/relying-party.js';
import { confirmSignOut, openSignOut, silentAnswer } from '../../harness/pages/sign-out.js';
import { signInsFixture } from '../../harness/pages/sign-ins-fixture.js';

const { server, client, config, root, rowsOf, eventsOf, logsOf } = await signInsFixture();

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
