import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { type LocalSite, startSite } from '../../harness/browser/local-site.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let site: LocalSite;
let config: oidc.Configuration;
beforeAll(async () => {
  [server, site] = await Promise.all([startTestServer(), startSite()]);
  const client = await server.register({
    client_name: 'Paper <b>& Ink',
    redirect_uris: [`${site.origin}/callback`],
    post_logout_redirect_uris: [`${site.origin}/left`],
  });
  config = await relyingParty(server, client);
});
afterAll(async () => {
  await site.close();
  await server.close();
});

const request = () =>
  authorizationRequest(config, { redirect_uri: `${site.origin}/callback`, scope: 'openid email' });

/** Signs somebody in; their address and the ID token. */
async function signIn(page: Page): Promise<{ email: string; idToken: string }> {
  const { url, checks } = await request();
  const person = await server.person();
  await page.goto(url.href);
  await signInOn(page, person);
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.waitForURL(`${site.origin}/callback?**`);
  const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url()), checks);
  return { email: person.email, idToken: tokens.id_token as string };
}

const leave = (idToken: string) =>
  oidc.buildEndSessionUrl(config, {
    id_token_hint: idToken,
    post_logout_redirect_uri: `${site.origin}/left`,
    state: 'kept',
  }).href;

async function isSignedIn(page: Page): Promise<boolean> {
  await page.goto((await request()).url.href);
  return (await page.getByLabel('Password').count()) === 0;
}

describeWithBrowser('sign-out', (open) => {
  test('asks, says who leaves what, and goes back to the application', async () => {
    const page = await open();
    const { email, idToken } = await signIn(page);
    expect(await isSignedIn(page)).toBe(true);
    await page.goto(leave(idToken));
    expect(await page.getByText(email).isVisible()).toBe(true);
    expect(await page.getByText('Paper <b>& Ink').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Sign out' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`${site.origin}/left?state=kept`);
    expect(await isSignedIn(page)).toBe(false);
  });

  test('can be declined', async () => {
    const page = await open();
    const { idToken } = await signIn(page);
    await page.goto(leave(idToken));
    await page.getByRole('button', { name: 'Stay signed in' }).click();
    await page.waitForURL(`${site.origin}/left?state=kept`);
    expect(await isSignedIn(page)).toBe(true);
  });

  test('without an application to go back to ends on a page of our own, without JavaScript', async () => {
    const page = await open({ javaScriptEnabled: false });
    await signIn(page);
    await page.goto(`${server.issuer}/oauth2/logout`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    expect(await isSignedIn(page)).toBe(false);
  });

  test('goes nowhere that is not registered, and signs out all the same', async () => {
    const page = await open({ javaScriptEnabled: false });
    const { idToken } = await signIn(page);
    const url = new URL(leave(idToken));
    url.searchParams.set('post_logout_redirect_uri', `${site.origin}/elsewhere`);
    const answer = await page.goto(url.href);
    expect(answer?.status()).toBe(400);
    expect(new URL(page.url()).origin).toBe(server.issuer);
    await page.getByText('Details', { exact: true }).click();
    expect(await page.getByText(`${site.origin}/elsewhere`).isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    expect(site.requests.filter((sent) => sent.url.startsWith('/elsewhere'))).toEqual([]);
    expect(await isSignedIn(page)).toBe(false);
  });
});
