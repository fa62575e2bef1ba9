import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import { codeIn, linkIn, mailsTo, nextMail } from '../../harness/mail/mailbox.js';
import {
  authorizationRequest,
  obtainTokens,
  relyingParty,
  signIn,
} from '../../harness/protocol/relying-party.js';
import * as client from 'openid-client';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { shownAddress } from '../../harness/pages/shown-address.js';

const NEW = 'seven lanterns over water';
const ASK = 'has an account, a mail with 8 digits';

let server: TestServer;
let config: oidc.Configuration;
beforeAll(async () => {
  server = await startTestServer({
    delivers: true,
    env: { TRUSTED_PROXIES: '1', SIGN_IN_ATTEMPTS_PER_ADDRESS: '10000' },
  });
  config = await relyingParty(server, await server.register());
});
afterAll(() => server.close());

let network = 0;
/** A network that has asked for nothing yet. */
const elsewhere = () => ({ 'x-forwarded-for': `198.51.100.${String(++network)}` });

async function ask(email: string, agent = new UserAgent(), headers = elsewhere()): Promise<Page> {
  const page = await agent.open(`${server.issuer}/recover`);
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const body = new URLSearchParams({ csrf, email });
  return agent.open(`${server.issuer}/recover`, { method: 'POST', body, headers });
}

async function linkTo(email: string, count = 1): Promise<string> {
  await ask(email);
  return linkIn(await nextMail(server, email, count), '/recover/');
}

const works = async (person: { email: string; password: string }) =>
  !(await signIn(await authorizationRequest(config), person)).body.includes('type="password"');

test('the code sets a new password, ends what there was, and the person is told', async () => {
  const person = await server.person();
  const tokens = await obtainTokens(config, person, { scope: 'openid offline_access' });
  const agent = new UserAgent();
  const page = await ask(person.email, agent);
  expect(page.body).toContain(ASK);
  const wrong = await agent.submit(page, { code: '00000000' }, { action: '/recover/code' });
  expect(wrong.body).toContain('4 more tries');
  const code = codeIn(await nextMail(server, person.email));
  const form = await agent.submit(wrong, { code }, { action: '/recover/code' });
  expect(form.body).toContain(shownAddress(person.email));
  const short = await agent.submit(form, { password: 'short' });
  expect(short.body).toContain('at least 12');
  const done = await agent.submit(short, { password: NEW });
  expect(done.body).toContain('Your password is set');

  expect(await works(person)).toBe(false);
  expect(await works({ ...person, password: NEW })).toBe(true);
  await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  });
  expect((await nextMail(server, person.email, 2)).subject).toMatch(/^Your password was reset/);
});

test('a link that is opened five times still works, and of two forms at once one succeeds', async () => {
  const person = await server.person();
  const link = await linkTo(person.email);
  const agents = [new UserAgent(), new UserAgent()];
  for (let times = 0; times < 5; times++) expect((await agents[0]?.open(link))?.status).toBe(200);
  const done = await Promise.all(
    agents.map(async (agent, index) =>
      agent.submit(await agent.open(link), { password: `${NEW} ${String(index)}` }),
    ),
  );
  expect(done.map(({ status }) => status).sort()).toEqual([200, 400]);
  expect((await agents[0]?.open(link))?.status).toBe(400);
});

test('an address without an account, and one that is disabled, are answered the same and get no mail', async () => {
  const [known, disabled] = [await server.person(), await server.person()];
  await server.context.database.transaction((tx) => server.context.accountStatus.disable(tx, disabled.id));
  const bodies: string[] = [];
  for (const email of [known.email, 'nobody@people.example', disabled.email]) {
    const page = await ask(email);
    bodies.push(
      page.body
        .replaceAll(shownAddress(email), email)
        .replaceAll(email, 'ADDRESS')
        .replace(/value="[\w-]{43}"/g, 'CSRF'),
    );
  }
  expect(new Set(bodies).size).toBe(1);
  await nextMail(server, known.email);
  expect(await mailsTo(server, 'nobody@people.example')).toEqual([]);
  expect(await mailsTo(server, disabled.email)).toEqual([]);
});

/**
 * The transactions of these requests, and their statements outside of one, without those of the mail's delivery and those
 * of earlier requests.
 */
async function transactionsOf(requests: () => Promise<unknown>): Promise<string[][]> {
  const context = new AsyncLocalStorage<true>();
  const follow = () => {
    context.enterWith(true);
  };
  // Those outside of a transaction have a key of their own.
  const seen = new Map<string | symbol, string[]>();
  const note = ({ sql: text, __knexTxId: id }: { sql: string; __knexTxId?: string }) => {
    const key = id ?? Symbol();
    if (context.getStore()) seen.set(key, [...(seen.get(key) ?? []), text]);
  };
  const { sql } = server.context.database;
  subscribe('http.server.request.start', follow);
  sql.on('query', note);
  try {
    await requests();
  } finally {
    sql.removeListener('query', note);
    unsubscribe('http.server.request.start', follow);
    context.disable();
  }
  // The delivery may have begun its transaction just before the response was there.
  const isOfDelivery = (texts: string[]) =>
    texts.join() === 'BEGIN;' || /development_mailbox|set_aside/.test(texts.join());
  return [...seen.values()].filter((texts) => !isOfDelivery(texts));
}

test('both take the same statements', async () => {
  const known = await server.person();
  const ofKnown = await transactionsOf(() => ask(known.email));
  const ofStranger = await transactionsOf(() => ask('stranger@people.example'));
  expect(ofKnown.flat().length).toBeGreaterThan(3);
  expect(ofKnown).toEqual(ofStranger);
});

test('a link dies with any change of the password or the address, and when the account is disabled', async () => {
  const changes: ((id: string) => Promise<unknown>)[] = [
    (id) => server.context.passwords.setPassword({ id }, 'another passphrase of theirs'),
    (id) =>
      server.context.database.transaction((tx) =>
        server.context.accounts.update(tx, id, () => ({ email: `moved-${id}@people.example` })),
      ),
    (id) => server.context.database.transaction((tx) => server.context.accountStatus.disable(tx, id)),
  ];
  for (const change of changes) {
    const person = await server.person();
    const link = await linkTo(person.email);
    const agent = new UserAgent();
    const page = await agent.open(link);
    await change(person.id);
    expect((await agent.submit(page, { password: NEW })).status).toBe(400);
    expect((await agent.open(link)).status).toBe(400);
  }
});

test('a link expires, and a newer one replaces it', async () => {
  const person = await server.person();
  const old = await linkTo(person.email);
  const link = await linkTo(person.email, 2);
  const agent = new UserAgent();
  expect((await agent.open(old)).status).toBe(400);
  expect((await agent.open(link)).status).toBe(200);
  await server.database.pool.query("UPDATE one_time_codes SET expires_at = now() - interval '1 second'");
  expect((await agent.open(link)).status).toBe(400);
  expect((await agent.open(`${server.issuer}/recover/${'x'.repeat(43)}`)).status).toBe(400);
});

test('three mails an hour to an address, and twenty-one requests of a network, for all addresses', async () => {
  const person = await server.person();
  for (let times = 0; times < 3; times++) expect((await ask(person.email)).status).toBe(200);
  expect((await ask(person.email)).status).toBe(429);
  for (let times = 0; times < 4; times++)
    expect((await ask('unknown@people.example')).status).toBe(times < 3 ? 200 : 429);
  const here = elsewhere();
  const statuses: number[] = [];
  for (let times = 0; times < 22; times++) {
    statuses.push((await ask(`n${String(times)}@people.example`, new UserAgent(), here)).status);
  }
  expect(statuses).toEqual([...Array<number>(21).fill(200), 429]);
});

test('forms of other sites and browsers are refused', async () => {
  const agent = new UserAgent();
  const page = await agent.open(`${server.issuer}/recover`);
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const body = new URLSearchParams({ csrf, email: 'x@people.example' });
  const post = (who: UserAgent, headers = {}) =>
    who.open(`${server.issuer}/recover`, { method: 'POST', body, headers });
  expect((await post(new UserAgent())).status).toBe(400);
  expect((await post(agent, { 'sec-fetch-site': 'cross-site' })).status).toBe(400);
  expect((await post(agent, { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
});

test('the sign-in page leads to it, and it leads back to the sign-in', async () => {
  const person = await server.person();
  const agent = new UserAgent();
  const request = await authorizationRequest(config);
  const page = await agent.open(request.url.href);
  const path = /href="(\/recover\?for=[^"]+)"/.exec(page.body)?.[1] ?? '';
  await agent.submit(await agent.open(server.issuer + path), { email: person.email });
  const link = linkIn(await nextMail(server, person.email), '/recover/');
  const done = await agent.submit(await agent.open(link), { password: NEW });
  const back = /class="button primary block" href="([^"]+)"/.exec(done.body)?.[1] ?? '';
  const again = await agent.open(server.issuer + back);
  const consent = await agent.submit(again, { email: person.email, password: NEW }, { action: '/login' });
  expect(consent.body).toContain('Allow');
});
