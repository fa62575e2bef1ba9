import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { type LocalSite, startSite } from '../../harness/browser/local-site.js';
import { auditPage } from '../../harness/browser/page-audit.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';

let server: TestServer;
let home: LocalSite;
/** Sends every request on to `home`, another origin. */
let application: Server;
let origin: string;
let client: RegisteredClient;
beforeAll(async () => {
  [server, home] = await Promise.all([startTestServer(), startSite()]);
  application = createServer((_request, response) => {
    response.writeHead(302, { location: home.origin.replace('localhost', '127.0.0.1') }).end();
  });
  await new Promise<void>((resolve) => application.listen(0, resolve));
  origin = `http://localhost:${String((application.address() as AddressInfo).port)}`;
  client = await server.register({
    client_name: 'Photo book',
    redirect_uris: [`${origin}/cb`],
    post_logout_redirect_uris: [`${origin}/out`],
    initiate_login_uri: `${origin}/login?from=postern`,
  });
});
afterAll(async () => {
  application.closeAllConnections();
  application.close();
  await home.close();
  await server.close();
});

async function begin(page: Page, of = client): Promise<string> {
  const config = await relyingParty(server, of);
  const { url } = await authorizationRequest(config, { redirect_uri: `${origin}/cb`, scope: 'openid email' });
  await page.goto(url.href);
  return page.url();
}

async function toConsent(page: Page): Promise<{ email: string }> {
  await begin(page);
  const person = await server.person();
  await signInOn(page, person);
  await page.getByRole('button', { name: 'Allow' }).waitFor();
  return person;
}

const arrived = (page: Page) => page.waitForURL((url) => url.hostname === '127.0.0.1');
const back = (page: Page) => page.getByRole('link', { name: /^(?:Go on to|Start again at) Photo book$/ });

describeWithBrowser('people get on', (open) => {
  test('when the callback, or what follows a sign-out, redirects on to another origin', async () => {
    const page = await open();
    await toConsent(page);
    await page.getByRole('button', { name: 'Allow' }).click();
    await arrived(page);
    const query = new URLSearchParams({
      client_id: client.client_id,
      post_logout_redirect_uri: `${origin}/out`,
    });
    await page.goto(`${server.issuer}/oauth2/logout?${String(query)}`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await arrived(page);
  });

  test('when they refuse, and the callback redirects on', async () => {
    const page = await open();
    await toConsent(page);
    await page.getByRole('button', { name: 'Deny' }).click();
    await arrived(page);
  });

  test('with another account, from the consent page', async () => {
    const page = await open();
    const first = await toConsent(page);
    await page.getByRole('link', { name: 'Use another account' }).click();
    expect(await page.getByLabel('E-mail address').inputValue()).toBe('');
    const second = await server.person();
    await signInOn(page, { ...second, password: 'wrong password' });
    await page.getByRole('alert').waitFor();
    await signInOn(page, second);
    await page.getByText(second.email).waitFor();
    expect(await page.getByText(first.email).count()).toBe(0);
    await page.getByRole('button', { name: 'Allow' }).click();
    await arrived(page);
  });

  test('back to the application, after Back to an answered page', async () => {
    const page = await open();
    await toConsent(page);
    const consent = page.url();
    await page.getByRole('button', { name: 'Allow' }).click();
    await arrived(page);
    await page.goto(consent);
    await page.getByRole('heading', { name: 'You have answered this already' }).waitFor();
    expect(await back(page).getAttribute('href')).toBe(
      `${origin}/login?from=postern&iss=${encodeURIComponent(server.issuer)}`,
    );
    expect(await auditPage(page)).toEqual([]);
  });

  test('when the browser sends no cookie', async () => {
    const consent = await begin(await open());
    const page = await open();
    await page.goto(consent);
    await page.getByRole('heading', { name: 'did not send the cookie' }).waitFor();
    expect(await back(page).isVisible()).toBe(true);
    expect(await page.getByRole('link', { name: 'Try again' }).isVisible()).toBe(true);
    expect(await auditPage(page)).toEqual([]);
  });

  test('when they signed out since the page was opened', async () => {
    const page = await open();
    await toConsent(page);
    const consent = page.url();
    await page.goto(`${server.issuer}/oauth2/logout`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto(consent);
    await page.getByRole('heading', { name: 'not signed in as before' }).waitFor();
    expect(await back(page).isVisible()).toBe(true);
  });

  test('with an e-mail address that has letters outside ASCII', async () => {
    const page = await open();
    const { context } = server;
    const password = 'correct horse battery staple';
    await context.accounts.create({ email: 'jörg@bücher.example', password });
    await begin(page);
    await signInOn(page, { email: 'Jörg@bücher.example', password });
    await page.getByText('jörg@xn--bcher-kva.example').waitFor();
  });
});

describeWithBrowser('the consent page', (open) => {
  test('shows the publisher without scrolling, whatever the client says of itself', async () => {
    const page = await open({ viewport: { width: 340, height: 700 } });
    const long = await server.register({
      client_name: 'W'.repeat(1024),
      company: 'W'.repeat(1024),
      description: 'Words of the client. '.repeat(195),
      logo_uri: 'https://nothing.invalid/logo.png',
      client_uri: 'https://long.example/',
      redirect_uris: [`${origin}/cb`],
    });
    await begin(page, long);
    await signInOn(page, await server.person());
    const publisher = await page.locator('.publisher').boundingBox();
    expect((publisher?.y ?? 0) + (publisher?.height ?? 0)).toBeLessThanOrEqual(300);
    const heading = await page.getByRole('heading', { level: 1 }).boundingBox();
    const company = await page.getByText('It says it is from').boundingBox();
    expect(publisher?.y).toBeGreaterThan((heading?.y ?? 0) + (heading?.height ?? 0));
    expect(company?.y).toBeGreaterThan(publisher?.y ?? 0);
    expect(company?.height).toBeLessThan(30);
    expect(await page.getByText('Words of the client.').isVisible()).toBe(false);
    await page.getByText('More from the publisher').click();
    expect(await auditPage(page)).toEqual([]);
  });
});
