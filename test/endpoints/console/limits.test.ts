import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { type Answer, ConsoleAgent, hiddenField, PROJECT } from '../../harness/pages/console-agent.js';

const REQUESTS = 30;

let server: TestServer;
beforeAll(async () => {
  const limits = { CONSOLE_REQUESTS: String(REQUESTS), CONSOLE_CHANGES: '6' };
  server = await startTestServer({ env: { ...limits, TRUSTED_PROXIES: '1' } });
});
afterAll(() => server.close());

const times = (count: number, work: (index: number) => Promise<Answer>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

function expectTooMany({ body, headers, status }: Answer, seconds: number) {
  expect(status).toBe(429);
  const retryAfter = Number(headers.get('retry-after'));
  expect(retryAfter).toBeGreaterThan(0);
  expect(retryAfter).toBeLessThanOrEqual(seconds);
  expect(body).toContain('<h1>Too many requests</h1>');
  expect(body).toMatch(/Try again in (a minute|\d+ minutes)\./);
}

test('an account that asks too often gets a page that says when to try again, others do not', async () => {
  const [busy, other] = [await ConsoleAgent.signIn(server), await ConsoleAgent.signIn(server)];
  const answers = await times(REQUESTS + 1, () => busy.get('/console/keys'));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) expectTooMany(answer, 60);
  expectTooMany(await busy.get(PROJECT), 60);
  expectTooMany(await busy.post('/console/keys/rotate', { typed: 'rotate' }), 60);
  expect((await other.get(PROJECT)).status).toBe(200);
});

test('grave changes are counted before their form is checked, also concurrent ones', async () => {
  const agent = await ConsoleAgent.signIn(server);
  const client = await server.register({ client_name: 'Kept' });
  const remove = (typed: string) => agent.post(`${PROJECT}/clients/${client.id}/delete`, { typed });
  const answers = await times(8, (index) => remove(`wrong ${String(index)}`));
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
  expectTooMany(await remove('Kept'), 3_600);
  expect((await server.admin('GET', `/${client.id}`)).status).toBe(200);
  expect((await agent.get(`${PROJECT}/clients/${client.id}`)).status).toBe(200);
});

test('an operator locks accounts out a third as often, in whichever way', async () => {
  const agent = await ConsoleAgent.signIn(server);
  const people = await Promise.all([server.person(), server.person(), server.person()]);
  const [first, second, third] = people.map(({ email, id }) => ({ email, path: `/console/accounts/${id}` }));
  if (!first || !second || !third) throw new Error('there are not three people');
  expect((await agent.post(`${first.path}/disable`, { typed: first.email })).status).toBe(303);
  expect((await agent.post(`${second.path}/reset-factors`, { typed: second.email })).status).toBe(303);
  expectTooMany(await agent.post(`${third.path}/disable`, { typed: third.email }), 3_600);
  const { body } = await agent.get(third.path);
  expect(body).not.toContain('Enable this account');
  expectTooMany(await agent.post(`${third.path}/delete`, { typed: third.email }), 3_600);
  expectTooMany(await agent.post(`${third.path}/password`, { password: 'mauve otter 71 tramway' }), 3_600);
  expect(await server.context.accounts.findByEmail(third.email)).toMatchObject({ status: 'active' });
});

test('another e-mail address takes an account from its person as well, other changes do not', async () => {
  const agent = await ConsoleAgent.signIn(server);
  const [first, second] = [await server.person(), await server.person()];
  const change = async (id: string, fields: Record<string, string>) => {
    const path = `/console/accounts/${id}/edit`;
    const { body } = await agent.get(path);
    const [base, version] = [hiddenField(body, 'base'), hiddenField(body, 'version')];
    const { email } = JSON.parse(base) as { email: string };
    return agent.post(path, { base, version, email, email_verified: 'false', ...fields });
  };
  expect((await change(first.id, { email: 'one@elsewhere.example' })).status).toBe(303);
  expect((await change(first.id, { email: 'two@elsewhere.example' })).status).toBe(303);
  expect((await change(second.id, { name: 'Named' })).status).toBe(303);
  expectTooMany(await change(second.id, { email: 'three@elsewhere.example' }), 3_600);
  expect(await server.context.accounts.findByEmail(second.email)).toMatchObject({
    profile: { name: 'Named' },
  });
});

test('forms without a session are kept as often as one may ask in a minute, and for four hours', async () => {
  const agent = await ConsoleAgent.signIn(server);
  const path = `${PROJECT}/clients/new?kind=web`;
  await server.database.pool.query('DELETE FROM own_sessions WHERE account_id = $1', [agent.person.id]);
  const answers = await times(REQUESTS + 1, () =>
    agent.post(path, { client_name: 'Typed', fallback_id: 'not-typed' }),
  );
  const kept = answers.filter(({ status }) => status === 401);
  expect(kept).toHaveLength(REQUESTS);
  const refused = answers.find(({ status }) => status !== 401);
  if (!refused) throw new Error('every form was kept');
  expectTooMany(refused, 60);

  const other = await ConsoleAgent.signIn(server);
  const copy = hiddenField(kept[0]?.body ?? '', 'kept');
  const again = () => other.post(`${PROJECT}/clients/new?kept`, { kept: copy });
  const { body } = await again();
  expect(body).toContain('<bdi>Typed</bdi>');
  expect(body).not.toContain('<bdi>not-typed</bdi>');
  const now = Date.now;
  Date.now = () => now() + 4 * 3_600_000;
  const late = await again().finally(() => {
    Date.now = now;
  });
  expect(late.status).toBe(400);
  expect(late.body).not.toContain('Typed');
});

test('forms without a session are counted for each network, those of other sites not, and few networks are remembered', async () => {
  const send = async (address: string, site = 'same-origin') => {
    const headers = { 'x-forwarded-for': address, 'sec-fetch-site': site };
    const body = new URLSearchParams({ client_name: 'Typed' });
    const response = await fetch(`${server.origin}${PROJECT}/clients/new`, { method: 'POST', headers, body });
    await response.text();
    return response.status;
  };
  const statuses = async (count: number, addressOf: (index: number) => string, site?: string) =>
    new Set(await Promise.all(Array.from({ length: count }, (_, index) => send(addressOf(index), site))));
  expect(await statuses(2 * REQUESTS, () => '192.0.2.1', 'cross-site')).toEqual(new Set([400]));
  expect(await statuses(REQUESTS, () => '192.0.2.1')).toEqual(new Set([401]));
  expect(await send('192.0.2.1')).toBe(429);
  for (let net = 0; net < 20; net++)
    expect(await statuses(110, (host) => `198.51.${String(net)}.${String(host)}`)).toEqual(new Set([401]));
  expect(await send('192.0.2.1')).toBe(401);
});
