import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { type LocalSite, startSite } from '../../harness/browser/local-site.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let site: LocalSite;
let client: RegisteredClient;
let config: oidc.Configuration;
let redirectUri: string;

beforeAll(async () => {
  [server, site] = await Promise.all([startTestServer(), startSite()]);
  redirectUri = `${site.origin}/callback`;
  client = await server.register({ client_name: 'Paper & Ink', redirect_uris: [redirectUri] });
  config = await relyingParty(server, client);
});
afterAll(async () => {
  await site.close();
  await server.close();
});

const request = (parameters: Record<string, string> = {}) =>
  authorizationRequest(config, { redirect_uri: redirectUri, scope: 'openid email', ...parameters });

describeWithBrowser('sign-in', (open) => {
  test('works with the keyboard alone', async () => {
    const person = await server.person();
    const page = await open();
    const { url, checks } = await request();
    await page.goto(url.href);
    await page.waitForFunction("document.activeElement.id === 'email'");
    await page.keyboard.type(person.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(person.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'wants to access' }).waitFor();

    const reached = [];
    for (let presses = 0; presses < 3; presses++) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate<string>('document.activeElement.innerText'));
      if (reached.at(-1) === 'Allow') break;
    }
    expect(reached.at(-1)).toBe('Allow');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${redirectUri}?**`);
    const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url()), checks);
    expect(tokens.claims()).toMatchObject({ sub: person.id });
  });

  test('can be cancelled with the keyboard, which the relying party is told', async () => {
    const page = await open();
    const { url, checks } = await request();
    await page.goto(url.href);
    await page.getByRole('button', { name: 'Cancel' }).focus();
    await page.keyboard.press('Space');
    await page.waitForURL(`${redirectUri}?**`);
    const answer = new URL(page.url()).searchParams;
    expect(Object.fromEntries(answer)).toMatchObject({
      error: 'access_denied',
      state: checks.expectedState,
      iss: server.issuer,
    });
    expect(answer.has('code')).toBe(false);
  });

  test('with a wrong password says so once, keeps the address and asks for the password again', async () => {
    const person = await server.person();
    const page = await open();
    await page.goto((await request()).url.href);
    await signInOn(page, { email: person.email, password: 'not the password' });

    const alert = page.getByRole('alert');
    expect(await alert.allInnerTexts()).toEqual([
      'The e-mail address or the password is not right. You can set a new password.',
    ]);
    expect(await page.title()).toMatch(/^Problem: /);
    const password = page.getByLabel('Password');
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(person.email);
    expect(await password.inputValue()).toBe('');
    await page.waitForFunction("document.activeElement.id === 'password'");
    expect(await password.getAttribute('aria-describedby')).toBe(await alert.getAttribute('id'));

    await page.keyboard.type(person.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'wants to access' }).waitFor();
  });

  test('lets a password manager fill it in, and names who asks', async () => {
    const page = await open();
    await page.goto((await request({ login_hint: 'ada@people.example' })).url.href);
    expect(await page.getByLabel('E-mail address').getAttribute('autocomplete')).toBe('username webauthn');
    expect(await page.getByLabel('Password').getAttribute('autocomplete')).toBe('current-password');
    expect(await page.getByLabel('E-mail address').inputValue()).toBe('ada@people.example');
    expect(await page.getByText('Paper & Ink').count()).toBe(1);
  });

  test('is remembered beyond the browser session only when asked to', async () => {
    const person = await server.person();
    const lifetimes = [];
    for (const remember of [false, true]) {
      const page = await open();
      await page.goto((await request()).url.href);
      await page.getByLabel('Keep me signed in on this device').setChecked(remember);
      await signInOn(page, person);
      await page.getByRole('heading', { name: 'wants to access' }).waitFor();
      const cookies = await page.context().cookies();
      lifetimes.push(cookies.find(({ name }) => name === 'postern_session')?.expires);
    }
    const [session, lasting = 0] = lifetimes;
    expect(session).toBe(-1);
    expect(lasting).toBeGreaterThan(Date.now() / 1000 + 86_400);
  });

  test('leaves no cookie that a script could read, and no secret in an address', async () => {
    const person = await server.person();
    const page = await open();
    const addresses: string[] = [];
    page.on('request', (sent) => addresses.push(sent.url()));
    await page.goto((await request()).url.href);
    await signInOn(page, person);
    await page.getByRole('heading', { name: 'wants to access' }).waitFor();
    const cookies = await page.context().cookies();
    expect(cookies.length).toBeGreaterThan(0);
    expect(cookies.filter(({ httpOnly, sameSite }) => !httpOnly || sameSite !== 'Lax')).toEqual([]);
    expect(addresses.filter((address) => address.includes(encodeURIComponent(person.email)))).toEqual([]);
    const others = addresses.filter((address) => !address.startsWith(`${server.issuer}/assets/`));
    expect(others.filter((address) => /password/i.test(address))).toEqual([]);
    expect(addresses.filter((address) => address.includes(encodeURIComponent(person.password)))).toEqual([]);
  });

  test('and consent work without JavaScript', async () => {
    const person = await server.person();
    const page = await open({ javaScriptEnabled: false });
    const { url, checks } = await request();
    await page.goto(url.href);
    await signInOn(page, person);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(`${redirectUri}?**`);
    const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url()), checks);
    expect(tokens.claims()?.sub).toBe(person.id);
  });
});
