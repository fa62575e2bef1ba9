import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { type LocalSite, startSite } from '../../harness/browser/local-site.js';
import {
  type Authorization,
  authorizationRequest,
  relyingParty,
} from '../../harness/protocol/relying-party.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let site: LocalSite;
beforeAll(async () => {
  [server, site] = await Promise.all([startTestServer(), startSite()]);
});
afterAll(async () => {
  await site.close();
  await server.close();
});

/** Registers a client and asks a signed-in person for its consent. */
async function ask(page: Page, fields: Record<string, unknown>, parameters: Record<string, string> = {}) {
  const redirectUri = parameters['redirect_uri'] ?? `${site.origin}/callback`;
  const client = await server.register({ redirect_uris: [redirectUri], ...fields });
  const config = await relyingParty(server, client);
  const request = await authorizationRequest(config, { redirect_uri: redirectUri, ...parameters });
  const person = await server.person();
  await page.goto(request.url.href);
  await signInOn(page, person);
  await page.getByRole('heading', { name: 'wants to access your account' }).waitFor();
  return { client, config, request, person };
}

async function answer(page: Page, button: 'Allow' | 'Deny', { redirectUri }: Authorization): Promise<URL> {
  await page.getByRole('button', { name: button }).click();
  await page.waitForURL(`${redirectUri}?**`);
  return new URL(page.url());
}

describeWithBrowser('consent', (open) => {
  test('shows who asks for what, and where the answer goes', async () => {
    const page = await open();
    const { person } = await ask(page, {
      client_name: 'Paper & Ink',
      company: 'Stationers Ltd',
      description: 'Keeps your notes.\nOn paper.',
      logo_uri: `${site.origin.replace('http:', 'https:')}/logo.svg`,
      policy_uri: 'https://paper.example/privacy',
    });
    const main = page.getByRole('main');
    await page.getByText('More from the publisher').click();
    for (const text of ['Paper & Ink', 'Stationers Ltd', 'Keeps your notes.', person.email]) {
      expect(await main.getByText(text).isVisible()).toBe(true);
    }
    const scopes = await page.getByRole('list', { name: 'It needs to' }).innerText();
    for (const title of [
      'Know who you are',
      'See your profile',
      'See your e-mail address',
      'while you are away',
    ]) {
      expect(scopes).toContain(title);
    }
    expect(scopes).not.toMatch(/openid|offline_access/);
    const destination = page.locator('.destination');
    expect(await destination.innerText()).toBe(
      `You will be sent to a program on this computer, at ${new URL(site.origin).host}`,
    );
    expect(await page.getByText('Not verified: we do not know who publishes this.').isVisible()).toBe(true);
    const policy = page.getByRole('link', { name: 'Privacy policy' });
    expect(await policy.getAttribute('href')).toBe('https://paper.example/privacy');
    expect(await policy.getAttribute('rel')).toContain('noreferrer');
  });

  test('names the host that the person will be sent to', async () => {
    const page = await open();
    await ask(page, {}, { redirect_uri: 'https://login.paper.example:8443/cb?to=postern.test' });
    expect(await page.locator('.destination').innerText()).toBe(
      'You will be sent to login.paper.example:8443',
    );
  });

  test('denied is access_denied at the relying party', async () => {
    const page = await open();
    const { request, config } = await ask(page, {});
    const back = await answer(page, 'Deny', request);
    const refused = oidc.authorizationCodeGrant(config, back, request.checks);
    await expect(refused).rejects.toMatchObject({ error: 'access_denied' });
    expect(back.searchParams.get('iss')).toBe(server.issuer);
  });

  test('grants what is ticked, and of optional scopes nothing else', async () => {
    const page = await open();
    const optional = { scopes: ['openid', 'profile', 'email'], optional_scopes: ['profile', 'email'] };
    const { request, config, person } = await ask(page, optional, { scope: 'openid profile email' });
    const choices = page.getByRole('group', { name: 'Your choice' });
    expect(await choices.getByRole('checkbox').count()).toBe(2);
    // Nothing is suggested for an unknown publisher.
    expect(await choices.getByRole('checkbox', { checked: true }).count()).toBe(0);
    await choices.getByRole('checkbox', { name: 'See your profile' }).check();
    const tokens = await oidc.authorizationCodeGrant(
      config,
      await answer(page, 'Allow', request),
      request.checks,
    );
    expect(tokens.scope?.split(' ').sort()).toEqual(['openid', 'profile']);
    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, person.id);
    expect(userinfo).toHaveProperty('name');
    expect(userinfo).not.toHaveProperty('email');
  });

  test('asks again for what was refused, unticked', async () => {
    const page = await open();
    const optional = { scopes: ['openid', 'email'], optional_scopes: ['email'] };
    const { request, config } = await ask(page, optional, { scope: 'openid email' });
    await page.getByRole('checkbox').check();
    await page.getByRole('checkbox').uncheck();
    await answer(page, 'Allow', request);
    const again = await authorizationRequest(config, {
      redirect_uri: request.redirectUri,
      scope: 'openid email',
      prompt: 'consent',
    });
    await page.goto(again.url.href);
    expect(await page.getByRole('checkbox').isChecked()).toBe(false);
    await page.getByRole('checkbox').check();
    const tokens = await oidc.authorizationCodeGrant(
      config,
      await answer(page, 'Allow', again),
      again.checks,
    );
    expect(tokens.scope?.split(' ').sort()).toEqual(['email', 'openid']);
  });

  test('shows markup in what a client says of itself as text', async () => {
    const page = await open();
    const name = '<img src=x onerror=alert(1)>';
    const company = '"><svg onload=alert(2)>';
    const description = '</p><script>document.title = "ran"</script> & so on';
    await ask(page, { client_name: name, company, description });
    const main = page.getByRole('main');
    await page.getByText('More from the publisher').click();
    for (const text of [name, company, description]) {
      expect(await main.getByText(text, { exact: true }).isVisible()).toBe(true);
    }
    expect(await page.locator('img, script, svg:not(.icon), [onload], [onerror]').count()).toBe(0);
    expect(await page.title()).toMatch(/^<img src=x onerror=alert\(1\)> wants to access your account/);
  });

  test('and the pages before it show markup in a name as text, too', async () => {
    const page = await open();
    const name = '"><script>alert(1)</script>';
    const redirectUri = `${site.origin}/callback`;
    const client = await server.register({
      client_name: name,
      redirect_uris: [redirectUri],
      logo_uri: `${site.origin.replace('http:', 'https:')}/logo.svg`,
    });
    const config = await relyingParty(server, client);
    await page.goto((await authorizationRequest(config, { redirect_uri: redirectUri })).url.href);
    expect(await page.getByText(name, { exact: true }).isVisible()).toBe(true);
    await signInOn(page, await server.person());
    expect(await page.locator('img.logo').isVisible()).toBe(true);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain(name);
    expect(await page.locator('script').count()).toBe(0);
  });
});
