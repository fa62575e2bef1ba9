import { expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { eventually } from '../../harness/common/eventually.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { obtainTokens } from '../../harness/protocol/relying-party.js';

const agent = new UserAgent();
const { server, person, config } = await protocolFixture({
  person: 'ada',
  client: { scopes: ['profile', 'email', 'phone'] },
});

/** A query makes the engine answer. */
function ask(token: string, query = '', headers: Record<string, string> = {}): Promise<Response> {
  const url = `${server.origin}/oauth2/userinfo${query}`;
  return fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers } });
}

async function whole(answer: Response): Promise<object> {
  const {
    'content-security-policy': policy,
    'x-request-id': id,
    ...headers
  } = Object.fromEntries(answer.headers);
  expect(policy).toMatch(/^default-src 'none';.* frame-ancestors 'none'$/);
  expect(id).toMatch(/^[\w-]+$/);
  delete headers['date'];
  return { status: answer.status, headers, body: await answer.text() };
}

test.each([
  { scope: 'openid' },
  { scope: 'openid profile email phone' },
  { scope: 'openid email', claims: JSON.stringify({ userinfo: { name: null } }) },
])('the answer to a plain request is that of the engine, for %j', async (parameters) => {
  const { access_token: token } = await obtainTokens(config, person, parameters, agent);
  const plain = await whole(await ask(token));
  expect(plain).toMatchObject({ status: 200 });
  expect(plain).toEqual(await whole(await ask(token, '?engine')));
});

test.each([
  ['another scheme', { authorization: 'Basic YTpi' }],
  ['a token with blanks', { authorization: 'Bearer a b' }],
  ['a token that is none', { authorization: `Bearer ${'x'.repeat(43)}` }],
  ['a foreign origin', { origin: 'https://elsewhere.example' }],
  ['a proof that is none', { dpop: 'none' }],
])('the answer to %s is that of the engine', async (_name, headers) => {
  const { access_token: token } = await obtainTokens(config, person, {}, agent);
  const answer = await whole(await ask(token, '', headers));
  expect(answer).not.toMatchObject({ status: 200 });
  expect(answer).toEqual(await whole(await ask(token, '?engine', headers)));
});

test('every request has one line in the access log, with its id', async () => {
  const { access_token: token } = await obtainTokens(config, person, {}, agent);
  const lines = () =>
    server
      .logs()
      .split('\n')
      .filter((line) => line.includes('"own-id-'));
  for (const id of ['own-id-1', 'own-id-2']) {
    const answer = await ask(token, '', { 'x-request-id': id });
    expect(answer.headers.get('x-request-id')).toBe(id);
  }
  await ask('none', '', { 'x-request-id': 'own-id-3' });
  await eventually(() => lines().length >= 3);
  expect(lines().map((line) => JSON.parse(line) as object)).toEqual(
    [200, 200, 401].map((status, index) =>
      expect.objectContaining({
        requestId: `own-id-${String(index + 1)}`,
        method: 'GET',
        path: '/oauth2/userinfo',
        status,
        finished: true,
      }),
    ),
  );
});

test('an unexpected error is in the log, with the id that the answer has', async () => {
  const { access_token: token } = await obtainTokens(config, person, {}, agent);
  const rename = (from: string, to: string) =>
    server.database.pool.query(`ALTER TABLE accounts RENAME COLUMN ${from} TO ${to}`);
  await rename('email', 'gone');
  const answer = await ask(token);
  await rename('gone', 'email');
  expect(answer.status).toBe(500);
  const id = answer.headers.get('x-request-id') ?? '';
  const found = server
    .logs()
    .split('\n')
    .filter((line) => line.includes(id) && line.includes('unexpected error'));
  expect(found[0]).toMatch(/column .*email.* does not exist/);
  expect((await ask(token)).status).toBe(200);
});

test('of many requests at the same time each is told of its own person', async () => {
  const people = await Promise.all([server.person(), server.person(), server.person()]);
  const tokens: string[] = [];
  for (const one of people) tokens.push((await obtainTokens(config, one, {})).access_token);
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => (await ask(tokens[index % 3] ?? '')).json()),
  );
  expect(answers.map((claims) => (claims as { sub: string }).sub)).toEqual(
    Array.from({ length: 30 }, (_, index) => people[index % 3]?.id),
  );
});

test('a token of an account that is disabled, or whose client has changed, is refused with the next request', async () => {
  const other = await server.person();
  const { access_token: token } = await obtainTokens(config, other, {});
  expect((await ask(token)).status).toBe(200);
  await server.database.pool.query(
    "UPDATE accounts SET status = 'disabled', disabled_at = now() WHERE id = $1",
    [other.id],
  );
  expect((await ask(token)).status).toBe(401);
  await server.database.pool.query(
    "UPDATE accounts SET status = 'active', disabled_at = NULL WHERE id = $1",
    [other.id],
  );
  expect((await ask(token)).status).toBe(200);
  await server.database.pool.query('UPDATE oauth_clients SET tokens_valid_after = now()');
  expect((await ask(token)).status).toBe(401);
});
