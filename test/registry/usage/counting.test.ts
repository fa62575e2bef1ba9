import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { obtainCode } from '../../harness/protocol/codes.js';
import { authorizationRequest, obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { figures, machineToken, registerMachine, reportOf } from '../../harness/admin/usage.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
let first: TestServer;
let second: TestServer;
beforeAll(async () => {
  first = await startTestServer();
  second = await startTestServer({ nodeOf: first });
});
afterAll(async () => {
  await second.close();
  await first.close();
});

test('flows on two nodes are counted exactly, and a person once', async () => {
  const client = await first.register();
  const config = await relyingParty(first, client);
  const [anna, ben] = [await first.person(), await first.person()];
  const agent = new UserAgent();
  for (let flow = 0; flow < 3; flow++) await obtainTokens(config, anna, {}, agent);
  let { refresh_token: token } = await obtainTokens(config, ben);
  for (const node of [first, second, second, first]) {
    const form = { grant_type: 'refresh_token', refresh_token: token as string };
    const answer = await postForm(`${node.origin}/oauth2/token`, form, basic(client));
    expect(answer.status).toBe(200);
    token = answer.body['refresh_token'] as string;
  }
  await Promise.all([first.context.usage.flush(), second.context.usage.flush()]);
  const report = await reportOf(first, client);
  expect(report.total).toEqual(
    figures({ authorizations: 4, tokens: { authorization_code: 4 }, refreshes: 4, people: 2 }),
  );
  expect(report.days.at(-1)).toEqual({ day: report.to, ...report.total });
});

test('many token requests at once on both nodes add up', async () => {
  const client = await registerMachine(first);
  const nodes = Array.from({ length: 40 }, (_, index) => (index % 2 ? first : second));
  // Secrets that no node has verified yet are limited to a few at a time.
  for (const node of [first, second]) await machineToken(node, client);
  const answers = await Promise.all(nodes.map((node) => machineToken(node, client)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(40);
  await Promise.all(nodes.slice(0, 6).map((node) => node.context.usage.flush()));
  expect((await reportOf(first, client)).total).toEqual(figures({ tokens: { client_credentials: 42 } }));
});

test('a device that polls is counted when it succeeds', async () => {
  const client = await first.register({ grant_types: [DEVICE_CODE], redirect_uris: [] });
  const scope = 'openid profile';
  const started = await postForm(`${first.issuer}/oauth2/device`, { scope }, basic(client));
  const poll = () =>
    postForm(
      `${first.issuer}/oauth2/token`,
      { grant_type: DEVICE_CODE, device_code: String(started.body['device_code']) },
      basic(client),
    );
  expect((await poll()).body['error']).toBe('authorization_pending');
  const person = await first.person();
  const agent = new UserAgent();
  let page = await agent.open(String(started.body['verification_uri_complete']));
  page = await agent.submit(page, {});
  page = await agent.submit(page, { confirm: 'yes' });
  page = await agent.submit(page, { email: person.email, password: person.password }, { action: '/login' });
  if (page.body.includes('/consent')) page = await agent.submit(page, {}, { action: '/consent' });
  expect((await poll()).status).toBe(200);
  await first.context.usage.flush();
  expect((await reportOf(first, client)).total).toEqual(
    figures({ authorizations: 1, tokens: { [DEVICE_CODE]: 1 }, people: 1 }),
  );
});

test('refusals are counted by error code, once per request, and are no use of the client', async () => {
  const client = await first.register();
  const config = await relyingParty(first, client);
  const token = (form: Record<string, string>, secret?: string) =>
    postForm(`${first.issuer}/oauth2/token`, form, basic(client, secret));
  await token({ grant_type: 'refresh_token', refresh_token: 'nothing' }, 'wrong');
  await first.context.usage.flush();
  expect(await reportOf(first, client)).toMatchObject({
    last_used_at: null,
    total: figures({ failures: { invalid_client: 1 } }),
  });

  await token({ grant_type: 'refresh_token', refresh_token: 'nothing' });
  await token({ grant_type: 'refresh_token', refresh_token: 'nothing' });
  await token({ grant_type: 'urn:made:up:by-the-caller' });
  const silent = await authorizationRequest(config, { prompt: 'none' });
  await fetch(silent.url, { redirect: 'manual' });
  const twoErrors = await authorizationRequest(config, {
    response_type: 'nonsense',
    redirect_uri: 'https://elsewhere.example/',
  });
  expect((await fetch(twoErrors.url, { redirect: 'manual' })).status).toBe(400);
  await first.context.usage.flush();
  const { failures } = (await reportOf(first, client)).total;
  expect(failures).toMatchObject({
    invalid_client: 1,
    invalid_grant: 2,
    unsupported_grant_type: 1,
    login_required: 1,
  });
  expect(Object.values(failures).reduce((sum, count) => sum + count, 0)).toBe(6);
});

test('a code that is redeemed twice is one token and one failure', async () => {
  const client = await first.register();
  const { form } = await obtainCode(await relyingParty(first, client), await first.person());
  await postForm(`${first.issuer}/oauth2/token`, form, basic(client));
  await postForm(`${second.origin}/oauth2/token`, form, basic(client));
  await Promise.all([first.context.usage.flush(), second.context.usage.flush()]);
  expect((await reportOf(first, client)).total).toMatchObject({
    authorizations: 1,
    tokens: { authorization_code: 1 },
    failures: { invalid_grant: 1 },
  });
});

test('an unknown client_id leaves no row', async () => {
  const rows = async () =>
    (await first.database.pool.query<{ count: string }>('SELECT count(*) FROM usage_counters')).rows[0];
  await first.context.usage.flush();
  const before = await rows();
  for (const name of ['made-up-1', 'made-up-2']) {
    const headers = { authorization: `Basic ${Buffer.from(`${name}:x`).toString('base64')}` };
    const answer = await postForm(
      `${first.issuer}/oauth2/token`,
      { grant_type: 'client_credentials' },
      headers,
    );
    expect(answer.status).toBe(401);
    await fetch(`${first.issuer}/oauth2/authorize?client_id=${name}`, { redirect: 'manual' });
  }
  await first.context.usage.flush();
  expect(await rows()).toEqual(before);
});

test('last use is kept for the client and for each of its secrets', async () => {
  const client = await registerMachine(first);
  const start = Date.now();
  const rotated = await first.admin('POST', `/${client.id}/rotate_secret`);
  const { client_secret: newer } = (await rotated.json()) as { client_secret: string };
  await machineToken(second, client);
  await second.context.usage.flush();
  const read = async () =>
    (await (await first.admin('GET', `/${client.id}`)).json()) as {
      last_used_at: string;
      secrets: { last_used_at: string | null }[];
    };
  const once = await read();
  expect(once.secrets[0]?.last_used_at).toBeNull();
  expect(Date.parse(once.secrets[1]?.last_used_at ?? '')).toBeGreaterThanOrEqual(start);
  expect(Date.parse(once.last_used_at)).toBeGreaterThanOrEqual(start);

  await machineToken(first, client, newer);
  await first.context.usage.flush();
  const twice = await read();
  expect(Date.parse(twice.secrets[0]?.last_used_at ?? '')).toBeGreaterThanOrEqual(start);
  expect(Math.abs(Date.parse(twice.last_used_at) - Date.now())).toBeLessThan(60_000);
});

test('a Provider that took over goes on counting', async () => {
  const client = await registerMachine(first);
  await machineToken(first, client);
  const before = first.engine.provider;
  await first.database.pool.query(
    `INSERT INTO scopes (name, title, category) VALUES ('reports.read', 'Read reports', 'reports')`,
  );
  expect(await first.engine.refresh()).toBe(true);
  expect(first.engine.provider).not.toBe(before);
  const config = await relyingParty(first, client);
  await oidc.clientCredentialsGrant(config);
  await first.context.usage.flush();
  expect((await reportOf(first, client)).total.tokens).toEqual({ client_credentials: 2 });
});
