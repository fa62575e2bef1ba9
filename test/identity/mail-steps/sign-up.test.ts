import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import { dump } from '../../harness/database/dump.js';
import { codeIn, linkIn, mailsTo, nextMail } from '../../harness/mail/mailbox.js';
import { authorizationRequest, relyingParty, signIn } from '../../harness/protocol/relying-party.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { shownAddress } from '../../harness/pages/shown-address.js';

const PASSWORD = 'seven lanterns over water';
const CALLBACK = 'https://rp.example/callback';

let server: TestServer;
let client: RegisteredClient;
let config: oidc.Configuration;
beforeAll(async () => {
  const env = {
    SIGN_UP: 'open',
    SIGN_UP_ATTEMPTS: '1000',
    RECOVERY_ATTEMPTS: '4',
    TERMS_URL: 'https://terms.example/',
    SECOND_FACTOR: 'optional',
  };
  server = await startTestServer({ delivers: true, env });
  client = await server.register({ client_name: 'Photo book' });
  config = await relyingParty(server, client);
});
afterAll(() => server.close());

const newAddress = () => `${randomBytes(6).toString('hex')}@people.example`;

/** The first page of a sign-up for the application. */
async function toSignUp(agent: UserAgent, parameters: Record<string, string> = {}): Promise<Page> {
  const request = await authorizationRequest(config, { prompt: 'create', ...parameters });
  return agent.open(request.url.href, {}, CALLBACK);
}

async function sendAddress(agent: UserAgent, email: string): Promise<Page> {
  return agent.submit(await toSignUp(agent), { email }, { action: '/sign-up' });
}

const enterCode = (agent: UserAgent, page: Page, code: string) =>
  agent.submit(page, { code }, { action: '/sign-up/code' });

const create = (agent: UserAgent, page: Page, fields: Record<string, string | null> = {}) =>
  agent.submit(
    page,
    { password: PASSWORD, terms: 'yes', ...fields },
    { action: '/create', stopAt: CALLBACK },
  );

test('address, code, password: the account is made with the last step, and the application gets its tokens', async () => {
  const agent = new UserAgent();
  const email = newAddress();
  const request = await authorizationRequest(config, { prompt: 'create', login_hint: email });
  const first = await agent.open(request.url.href, {}, CALLBACK);
  expect(first.body).toContain(`value="${email}"`);
  expect(first.body).toContain('Photo book');
  const second = await agent.submit(first, {}, { action: '/sign-up' });
  expect(second.body).toContain('Check your mail');
  expect(await server.context.accounts.findByEmail(email)).toBeUndefined();

  const mail = await nextMail(server, email);
  const third = await enterCode(agent, second, ` ${codeIn(mail).slice(0, 4)} ${codeIn(mail).slice(4)}`);
  expect(third.body).toContain('Choose a password');
  expect(await server.context.accounts.findByEmail(email)).toBeUndefined();

  const consent = await create(agent, third);
  expect(await server.context.accounts.findByEmail(email)).toMatchObject({ emailVerified: true });
  const callback = await agent.submit(consent, {}, { action: '/consent', stopAt: CALLBACK });
  const tokens = await oidc.authorizationCodeGrant(config, new URL(callback.url), request.checks);
  expect(tokens.claims()).toMatchObject({ email, email_verified: true });
  expect(
    (await signIn(await authorizationRequest(config), { email, password: PASSWORD })).body,
  ).not.toContain('type="password"');
});

test('the link of the mail works in another browser, after a button, once', async () => {
  const email = newAddress();
  await sendAddress(new UserAgent(), email);
  const link = linkIn(await nextMail(server, email), '/sign-up/confirm/');
  const other = new UserAgent();
  for (let times = 0; times < 5; times++) expect((await other.open(link)).body).toContain('Continue');
  const page = await other.submit(await other.open(link), {});
  // The sign-in for the application is of the first browser: here the account area comes next.
  expect(page.body).toContain('Choose a password');
  expect((await other.open(link)).status).toBe(400);
  const account = await other.submit(page, { password: PASSWORD, terms: 'yes' }, { action: '/create' });
  expect(account.url).toBe(`${server.issuer}/account`);
  expect(account.body).toContain(shownAddress(email));
});

test('the link of the mail in the same browser goes on with the application', async () => {
  const agent = new UserAgent();
  const email = newAddress();
  await sendAddress(agent, email);
  const link = linkIn(await nextMail(server, email), '/sign-up/confirm/');
  const page = await agent.submit(await agent.open(link), {});
  const consent = await create(agent, page);
  expect(consent.body).toContain('Photo book');
});

test('an address with an account is answered the same, and its owner is told', async () => {
  const known = await server.person();
  const answers: string[] = [];
  for (const email of [known.email, newAddress()]) {
    const page = await sendAddress(new UserAgent(), email);
    answers.push(withoutTheirs(page.body, email));
  }
  expect(answers[0]).toBe(answers[1]);
  const mail = await nextMail(server, known.email);
  expect(mail.subject).toMatch(/^You have an account/);
  expect(codeIn(mail)).toBe('');
  const agent = new UserAgent();
  const page = await sendAddress(agent, known.email);
  const wrong = await enterCode(agent, page, '00000000');
  expect(wrong.body).toContain('You have 4 more tries.');
});

test('five wrong codes end a code, also when the sixth is right', async () => {
  const agent = new UserAgent();
  const email = newAddress();
  let page = await sendAddress(agent, email);
  const right = codeIn(await nextMail(server, email));
  const wrong = String((Number(right) + 1) % 100_000_000).padStart(8, '0');
  for (const left of ['4 more tries', '3 more tries', '2 more tries', '1 more try']) {
    page = await enterCode(agent, page, wrong);
    expect([page.status, page.body.includes(left)]).toEqual([400, true]);
  }
  page = await enterCode(agent, page, wrong);
  expect(page.body).toContain('does not work any more');
  expect((await enterCode(agent, page, right)).body).toContain('does not work any more');
  const again = await agent.submit(page, {}, { action: '/again' });
  const next = codeIn(await nextMail(server, email, 2));
  expect((await enterCode(agent, again, next)).body).toContain('Choose a password');
});

test('a code is of one browser, expires, and a newer one replaces it', async () => {
  const [mine, theirs] = [new UserAgent(), new UserAgent()];
  const [email, other] = [newAddress(), newAddress()];
  const page = await sendAddress(mine, email);
  const foreign = await sendAddress(theirs, other);
  const code = codeIn(await nextMail(server, email));
  expect((await enterCode(theirs, foreign, code)).body).toContain('This is not the code');

  await server.database.pool.query(
    "UPDATE one_time_codes SET code_expires_at = now() - interval '1 second', expires_at = now() - interval '1 second'",
  );
  expect((await enterCode(mine, page, code)).body).toContain('does not work any more');

  const link = async (count: number) => linkIn(await nextMail(server, email, count), '/sign-up/confirm/');
  await mine.submit(page, {}, { action: '/again' });
  const old = await link(2);
  await mine.submit(page, {}, { action: '/again' });
  expect(await link(3)).not.toBe(old);
  expect((await mine.open(old)).status).toBe(400);
});

test('a password that is too weak, or unaccepted terms, change nothing', async () => {
  const agent = new UserAgent();
  const email = newAddress();
  const page = await sendAddress(agent, email);
  const third = await enterCode(agent, page, codeIn(await nextMail(server, email)));
  const short = await create(agent, third, { password: 'short' });
  expect([short.status, short.body.includes('The password must be at least 12')]).toEqual([400, true]);
  const unaccepted = await create(agent, short, { terms: null });
  expect(unaccepted.body).toContain('Accept the terms');
  expect(await server.context.accounts.findByEmail(email)).toBeUndefined();
  expect((await create(agent, unaccepted)).body).toContain('Photo book');
});

test('two forms at once make one account', async () => {
  const agent = new UserAgent();
  const email = newAddress();
  const page = await sendAddress(agent, email);
  const third = await enterCode(agent, page, codeIn(await nextMail(server, email)));
  const made = await Promise.all([create(agent, third), create(agent, third)]);
  expect(
    made.filter(({ body }) => body.includes('does not work any more') || body.includes('expired')),
  ).toHaveLength(1);
});

test('what is no address, and too many mails to one address, are refused', async () => {
  const agent = new UserAgent();
  const page = await sendAddress(agent, 'no address');
  expect([page.status, page.body.includes('must be an e-mail address')]).toEqual([400, true]);
  const email = newAddress();
  for (let times = 0; times < 4; times++) await sendAddress(agent, email);
  const refused = await sendAddress(agent, email);
  expect(refused.status).toBe(429);
  expect(await mailsTo(server, email)).toHaveLength(4);
});

test('a form without the token of its interaction is refused', async () => {
  const agent = new UserAgent();
  const page = await toSignUp(agent);
  const answer = await agent.submit(
    page,
    { csrf: 'x'.repeat(43), email: newAddress() },
    { action: '/sign-up' },
  );
  expect(answer.status).toBe(400);
});

test('the dump of the database has no code, no link and no address of a sign-up', async () => {
  const email = newAddress();
  await sendAddress(new UserAgent(), email);
  const mail = await nextMail(server, email);
  const { text } = await dump(server.database.url);
  const secret = linkIn(mail, '/sign-up/confirm/').split('/').at(-1) ?? '';
  for (const value of [email, codeIn(mail), secret, Buffer.from(secret, 'base64url').toString('hex')]) {
    expect(value).not.toBe('');
    expect(text).not.toContain(value);
  }
  for (const value of [codeIn(mail), secret]) expect(server.logs()).not.toContain(value);
});

test('discovery says that accounts can be created', async () => {
  const answer = await fetch(`${server.origin}/.well-known/openid-configuration`);
  expect(((await answer.json()) as { prompt_values_supported: string[] }).prompt_values_supported).toContain(
    'create',
  );
});

/** A page without what is of one browser and one address. */
function withoutTheirs(body: string, email: string): string {
  return body
    .replaceAll(shownAddress(email), email)
    .replaceAll(email, 'ADDRESS')
    .replace(/value="[\w-]{43}"/g, 'CSRF')
    .replace(/interaction\/[\w-]+/g, 'INTERACTION');
}
