import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Page, UserAgent } from '../../../src/demo/user-agent.js';
import { later } from '../../harness/common/later.js';
import {
  type Authorization,
  authorizationRequest,
  relyingParty,
} from '../../harness/protocol/relying-party.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let person: { id: string; email: string; password: string };
beforeAll(async () => {
  server = await startTestServer();
  person = await server.person();
});
afterAll(() => server.close());

interface AtSignIn {
  agent: UserAgent;
  page: Page;
  request: Authorization;
  /** Sends the sign-in form, right but for the changes. */
  send: (changes?: Record<string, string | null>, from?: UserAgent) => Promise<Page>;
}

/** A browser that was sent to the sign-in page. */
async function atSignIn(): Promise<AtSignIn> {
  const config = await relyingParty(server, await server.register());
  const request = await authorizationRequest(config, { scope: 'openid' });
  const agent = new UserAgent();
  const page = await agent.open(request.url.href);
  const fields = { email: person.email, password: person.password };
  const send = (changes = {}, from = agent) =>
    from.submit(page, { ...fields, ...changes }, { action: '/login', stopAt: request.redirectUri });
  return { agent, page, request, send };
}

/** Whether the browser has to sign in when it asks again. */
async function isSignedIn({ agent, request }: AtSignIn): Promise<boolean> {
  const page = await agent.open(request.url.href, {}, request.redirectUri);
  return !page.body.includes('type="password"');
}

const csrfOf = ({ body }: Page): string => /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';
const textOf = ({ body }: Page): string => body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

describe('a sign-in form', () => {
  test('as it was sent signs in', async () => {
    const visit = await atSignIn();
    expect((await visit.send()).status).toBe(200);
    expect(await isSignedIn(visit)).toBe(true);
  });

  test.each<[string, (other: AtSignIn) => string | null]>([
    ['without the hidden token', () => null],
    ['with an empty token', () => ''],
    ['with a wrong token', ({ page }) => csrfOf(page).replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))],
    ["with another form's token", ({ page }) => csrfOf(page)],
    ['with a token cut short', ({ page }) => csrfOf(page).slice(0, -1)],
  ])('%s is refused and signs nobody in', async (_name, csrf) => {
    const visit = await atSignIn();
    const answer = await visit.send({ csrf: csrf(await atSignIn()) });
    expect(answer.status).toBe(400);
    expect(textOf(answer)).toContain('This form did not come from our page');
    expect(answer.body).toContain('href="/interaction/');
    expect(answer.body).not.toContain(person.password);
    expect(await isSignedIn(visit)).toBe(false);
  });

  test('of another interaction is refused from any browser', async () => {
    const [mine, theirs] = [await atSignIn(), await atSignIn()];
    const answers = [await theirs.send({}, mine.agent), await theirs.send({}, new UserAgent())];
    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
    for (const answer of answers) expect(textOf(answer)).toContain('did not send the cookie');
    expect(await isSignedIn(mine)).toBe(false);
    expect(await isSignedIn(theirs)).toBe(false);
  });

  test('cannot be opened from another browser', async () => {
    const { page } = await atSignIn();
    const [withCookie, without] = [(await atSignIn()).agent, new UserAgent()];
    for (const agent of [withCookie, without]) {
      const answer = await agent.open(page.url);
      expect(answer.status).toBe(400);
      expect(answer.body).not.toContain('type="password"');
    }
  });

  test('goes with the cookie of its own interaction only', async () => {
    const [mine, theirs] = [await atSignIn(), await atSignIn()];
    const cookie = mine.agent
      .cookies()
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const page = await fetch(theirs.page.url, { headers: { cookie } });
    expect(page.status).toBe(400);
    const body = new URLSearchParams({
      csrf: csrfOf(mine.page),
      email: person.email,
      password: person.password,
    });
    const posted = await fetch(`${theirs.page.url}/login`, {
      method: 'POST',
      headers: { cookie },
      body,
      redirect: 'manual',
    });
    expect(posted.status).toBe(400);
  });

  test('shows what was typed as text', async () => {
    const { send } = await atSignIn();
    const { body } = await send({ email: '"><script>alert(1)</script>@x', password: 'wrong password' });
    expect(body).not.toContain('<script>');
    expect(body).toContain('&lt;script&gt;');
  });

  test.each(['postern_interaction', 'postern_interaction.sig'])(
    'with a changed cookie %s is refused',
    async (name) => {
      const visit = await atSignIn();
      const cookie = visit.agent.cookies().find((kept) => kept.name === name);
      if (!cookie) throw new Error(`there is no cookie ${name}`);
      cookie.value = cookie.value.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
      expect((await visit.send()).status).toBe(400);
      expect(await isSignedIn(visit)).toBe(false);
    },
  );

  test('that was used is over', async () => {
    const visit = await atSignIn();
    await visit.send();
    const again = await visit.send();
    expect(again.status).toBe(400);
    expect(textOf(again)).toContain('You have answered this already');
  });

  test('that expired is over, and says what to do', async () => {
    const visit = await atSignIn();
    const answer = await later(4_000, () => visit.send());
    expect(answer.status).toBe(400);
    expect(textOf(answer)).toContain('may have expired');
    expect(await isSignedIn(visit)).toBe(false);
  });

  test('does not answer the consent question', async () => {
    const visit = await atSignIn();
    const url = visit.page.url + '/consent';
    const body = new URLSearchParams({ csrf: csrfOf(visit.page) });
    const answer = await visit.agent.open(url, { method: 'POST', body }, visit.request.redirectUri);
    expect(answer.status).toBe(400);
    expect(textOf(answer)).toContain('does not belong to the step you are at');
    expect(textOf(answer)).toContain('Open the page again');
  });

  test('with a field twice is refused', async () => {
    const visit = await atSignIn();
    const body = new URLSearchParams([
      ['csrf', csrfOf(visit.page)],
      ['email', person.email],
      ['email', 'eve@people.example'],
      ['password', person.password],
    ]);
    const answer = await visit.agent.open(`${visit.page.url}/login`, { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(textOf(answer)).toContain('&quot;email&quot; was sent more than once');
    expect(textOf(answer)).not.toContain('Open the page again');
  });

  test('for an application that is gone does not lead back to where it is gone, too', async () => {
    const visit = await atSignIn();
    const clientId = visit.request.url.searchParams.get('client_id') ?? '';
    await server.database.pool.query('UPDATE oauth_clients SET deleted_at = now() WHERE client_id = $1', [
      clientId,
    ]);
    const answer = await visit.send({ password: 'not the password' });
    expect(answer.status).toBe(400);
    expect(textOf(answer)).toContain('not registered any more');
    expect(textOf(answer)).not.toContain('Open the page again');
  });
});

describe('a body', () => {
  const form = 'application/x-www-form-urlencoded';
  const stream = (text: string) => new Blob([text]).stream();
  test.each<[string, number, RequestInit]>([
    ['that is too large', 413, { body: `email=${'x'.repeat(20_001)}`, headers: { 'content-type': form } }],
    [
      'that turns out too large',
      413,
      { body: stream('x'.repeat(100_000)), headers: { 'content-type': form }, duplex: 'half' },
    ],
    ['of JSON', 415, { body: '{}', headers: { 'content-type': 'application/json' } }],
    ['of no type', 415, { body: new Uint8Array([97]) }],
    ['of parts', 415, { body: new FormData() }],
    ['in another charset', 415, { body: 'a=b', headers: { 'content-type': `${form}; charset=utf-16` } }],
    [
      'that is compressed',
      415,
      { body: 'a=b', headers: { 'content-type': form, 'content-encoding': 'gzip' } },
    ],
    ['that is not UTF-8', 400, { body: 'email=%ff', headers: { 'content-type': form } }],
  ])('%s gets status %i and a page', async (_name, status, init) => {
    const visit = await atSignIn();
    const answer = await visit.agent.open(`${visit.page.url}/login`, { method: 'POST', ...init });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.headers.get('x-request-id')).toBeTruthy();
    expect(await isSignedIn(visit)).toBe(false);
  });
});

test('every page forbids scripts, framing, caching and referrers', async () => {
  const visit = await atSignIn();
  const wrong = await visit.send({ password: 'wrong password' });
  const consent = await visit.send();
  const stale = await visit.agent.open(`${server.issuer}/interaction/gone`);
  const device = await visit.agent.open(`${server.issuer}/device`);
  const error = await visit.agent.open(`${server.issuer}/oauth2/authorize`);
  const signOut = await visit.agent.open(`${server.issuer}/oauth2/logout`);
  for (const page of [visit.page, wrong, consent, stale, device, error, signOut]) {
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|script-src [^']|\*/);
    expect(page.headers.get('cache-control')).toContain('no-store');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  }
});
