import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { signInToOwnPage } from '../../harness/pages/own-sign-in.js';
import { shownAddress } from '../../harness/pages/shown-address.js';

let server: TestServer;
let other: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  other = await startTestServer({ nodeOf: server, env: { TRUSTED_PROXIES: '1' } });
});
afterAll(async () => {
  await other.close();
  await server.close();
});

const COOKIE = 'postern_self';
const ownCookie = (agent: UserAgent) => agent.cookies().find(({ name }) => name === COOKIE);

/** Requests a path with the agent's cookies, without following redirects. */
function visit(agent: UserAgent, path: string, init: RequestInit = {}, at = server.origin) {
  const cookie = agent
    .cookies()
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
  return fetch(at + path, {
    redirect: 'manual',
    ...init,
    headers: { accept: 'text/html', cookie, ...init.headers },
  });
}

async function signedIn() {
  const person = await server.person();
  const agent = new UserAgent();
  const page = await signInToOwnPage(server.origin, '/account', person, agent);
  return { person, agent, page };
}

/** The response to a sign-in of the built-in client, as the browser would be sent to it. */
async function callbackOf(agent: UserAgent): Promise<string> {
  const person = await server.person();
  const page = await agent.open(`${server.origin}/account`);
  const fields = { email: person.email, password: person.password };
  return (await agent.submit(page, fields, { action: '/login', stopAt: `${server.origin}/self/callback` }))
    .url;
}

test('a person who is not signed in is asked, without a consent, and gets to the page that was asked for', async () => {
  const { person, page } = await signedIn();
  expect(page.url).toBe(`${server.origin}/account`);
  expect(page.body).toContain(shownAddress(person.email));
});

test('the cookie is not what is stored, and works on every node', async () => {
  const { agent } = await signedIn();
  const token = ownCookie(agent)?.value ?? '';
  const { rows } = await server.database.pool.query<{ id: Buffer }>('SELECT id FROM own_sessions');
  expect(rows.map(({ id }) => id.toString('hex'))).toContain(
    createHash('sha256').update(token).digest('hex'),
  );
  expect((await visit(agent, '/account', {}, other.origin)).status).toBe(200);
});

test('a code is redeemed once, on whichever node, and only in the browser that asked for it', async () => {
  const agent = new UserAgent();
  const callback = new URL(await callbackOf(agent));
  const path = callback.pathname + callback.search;
  expect((await visit(new UserAgent(), path)).status).toBe(400);
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      visit(agent, path, {}, index % 2 ? server.origin : other.origin),
    ),
  );
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 400)).toHaveLength(9);
});

test.each([
  ['a state of another kind', (url: URL) => url.searchParams.set('state', 'x'.repeat(80))],
  ['no code', (url: URL) => url.searchParams.delete('code')],
  ['an unknown code', (url: URL) => url.searchParams.set('code', 'x'.repeat(43))],
  ['two codes', (url: URL) => url.searchParams.append('code', 'x')],
  ['the response of another server', (url: URL) => url.searchParams.set('iss', 'https://other.example')],
])('%s does not sign in, and the page leads to the sign-in', async (_what, change) => {
  const agent = new UserAgent();
  const url = new URL(await callbackOf(agent));
  change(url);
  const answer = await visit(agent, url.pathname + url.search);
  expect(answer.status).toBe(400);
  expect(answer.headers.getSetCookie().join()).not.toContain(`${COOKIE}=`);
  expect(await answer.text()).toContain('href="/self/sign-in?to=');
});

test('the code of another client does not sign in here, nor ours at the token endpoint', async () => {
  const agent = new UserAgent();
  const callback = new URL(await callbackOf(agent));
  const form = {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    redirect_uri: `${server.issuer}/self/callback`,
    code_verifier: 'x'.repeat(43),
    client_id: 'postern',
  };
  for (const secret of [undefined, '', 'postern']) {
    const body = new URLSearchParams({ ...form, ...(secret === undefined ? {} : { client_secret: secret }) });
    const answer = await fetch(`${server.origin}/oauth2/token`, { method: 'POST', body });
    expect(await answer.json()).toMatchObject({ error: 'invalid_client' });
  }
  expect((await agent.open(callback.href)).body).toContain('Your account');
});

test('a sign-in leads only to our own areas', async () => {
  const { agent } = await signedIn();
  for (const to of [
    'https://evil.example/account',
    '//evil.example/account',
    '/\\evil.example/account',
    '/accounts',
    '/oauth2/logout',
    '/account/../oauth2/logout',
    '/account\n',
    'account',
    `/account?${'x'.repeat(600)}`,
  ]) {
    const answer = await agent.open(
      `${server.origin}/self/sign-in?${new URLSearchParams({ to }).toString()}`,
    );
    expect([to, answer.url]).toEqual([to, `${server.origin}/account`]);
  }
});

test('a session ends with the session of the engine, and with a new password, on every node', async () => {
  const ended = await signedIn();
  await server.database.pool.query('DELETE FROM artifacts WHERE model = 1 AND account_id = $1', [
    ended.person.id,
  ]);
  expect((await visit(ended.agent, '/account', {}, other.origin)).status).toBe(303);

  const { person, agent } = await signedIn();
  await server.context.passwords.setPassword({ email: person.email }, 'another password of theirs');
  for (const node of [server, other]) {
    const answer = await visit(agent, '/account', {}, node.origin);
    expect(answer.headers.get('location')).toBe('/self/sign-in?to=%2Faccount');
  }
});

test('a session ends when it was not used for a day, and when it has expired', async () => {
  const idle = await signedIn();
  const { pool } = server.database;
  const change = (what: string, id: string) =>
    pool.query(`UPDATE own_sessions SET ${what} WHERE account_id = $1`, [id]);
  await change(`last_seen_at = now() - interval '23 hours'`, idle.person.id);
  expect((await visit(idle.agent, '/account')).status).toBe(200);
  await change(`last_seen_at = now() - interval '25 hours'`, idle.person.id);
  expect((await visit(idle.agent, '/account')).status).toBe(303);

  const expired = await signedIn();
  await change('expires_at = now()', expired.person.id);
  expect((await visit(expired.agent, '/account')).status).toBe(303);
  expect(await server.context.ownSessions.purge()).toBeGreaterThan(0);
});

test('another account in the same browser gets a session of its own, and the former cookie is dead', async () => {
  const { agent } = await signedIn();
  const former = ownCookie(agent)?.value ?? '';
  await agent.open(`${server.origin}/self/sign-in?to=/account&max_age=0`).then(async (page) => {
    const other = await server.person();
    const fields = { email: other.email, password: other.password };
    // The engine ends the former session by a form that a script submits.
    const ending = await agent.submit(page, fields, { action: '/login' });
    const next = await agent.submit(ending, {}, { action: '/confirm' });
    expect(next.body).toContain(shownAddress(other.email));
  });
  expect(ownCookie(agent)?.value).not.toBe(former);
  const answer = await fetch(`${server.origin}/account`, {
    redirect: 'manual',
    headers: { cookie: `${COOKIE}=${former}` },
  });
  expect(answer.status).toBe(303);
});

test('signing out needs the form of the session, and ends it', async () => {
  const { agent, page } = await signedIn();
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const strange = await signedIn();
  const foreign = /name="csrf" value="([^"]+)"/.exec(strange.page.body)?.[1] ?? '';
  const post = (body: Record<string, string>, headers: Record<string, string> = {}) =>
    visit(agent, '/self/sign-out', { method: 'POST', body: new URLSearchParams(body), headers });
  for (const [body, headers] of [
    [{}, {}],
    [{ csrf: foreign }, {}],
    [{ csrf }, { 'sec-fetch-site': 'cross-site' }],
    [{ csrf }, { 'sec-fetch-site': 'same-site' }],
  ] as const) {
    expect((await post(body, headers)).status).toBe(400);
  }
  expect((await visit(agent, '/self/sign-out')).status).toBe(405);
  expect((await visit(agent, '/account')).status).toBe(200);
  const answer = await post({ csrf }, { 'sec-fetch-site': 'same-origin' });
  expect(answer.status).toBe(303);
  expect(answer.headers.get('clear-site-data')).toBe('"cache"');
  expect((await visit(agent, '/account')).status).toBe(303);
});

test('the built-in client cannot be seen, changed, or registered by anybody', async () => {
  const list = (await (await server.admin('GET', '?text=postern')).json()) as { data: unknown[] };
  expect(list.data).toEqual([]);
  expect((await server.admin('GET', '/postern')).status).toBe(404);
  expect((await server.admin('DELETE', '/postern')).status).toBe(404);
});

test('cancelling leads to the start page', async () => {
  const agent = new UserAgent();
  const page = await agent.open(`${server.origin}/account`);
  expect((await agent.submit(page, {}, { action: '/abort' })).url).toBe(`${server.origin}/`);
});
