import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { type LocalSite, startSite } from '../../harness/browser/local-site.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';

let server: TestServer;
let site: LocalSite;
let config: oidc.Configuration;
let request: (parameters?: Record<string, string>) => ReturnType<typeof authorizationRequest>;
beforeAll(async () => {
  [server, site] = await Promise.all([startTestServer(), startSite()]);
  const redirectUri = `${site.origin}/callback`;
  const client = await server.register({ redirect_uris: [redirectUri], first_party: true });
  config = await relyingParty(server, client);
  request = (parameters = {}) =>
    authorizationRequest(config, { redirect_uri: redirectUri, scope: 'openid', ...parameters });
});
afterAll(async () => {
  await site.close();
  await server.close();
});

describeWithBrowser('a form that submits itself', (open) => {
  test('goes to the application by itself', async () => {
    const page = await open();
    await page.goto((await request({ response_mode: 'form_post' })).url.href);
    await signInOn(page, await server.person());
    await page.waitForURL(`${site.origin}/callback`);
    expect(site.requests.find(({ url }) => url === '/callback')?.method).toBe('POST');
  });

  test('is a page of ours with a button without JavaScript', async () => {
    const page = await open({ javaScriptEnabled: false });
    await page.goto((await request({ response_mode: 'form_post' })).url.href);
    await signInOn(page, await server.person());
    await page.getByRole('heading', { name: 'One moment' }).waitFor();
    await page.getByText(`You are being sent to ${new URL(site.origin).host}`).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${site.origin}/callback`);
  });

  test('signs the account out that was there when another one signs in, with and without JavaScript', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const page = await open({ javaScriptEnabled });
      await page.goto((await request()).url.href);
      await signInOn(page, await server.person());
      await page.waitForURL(`${site.origin}/callback?**`);
      const next = await request({ prompt: 'login' });
      await page.goto(next.url.href);
      const other = await server.person();
      await signInOn(page, other);
      if (!javaScriptEnabled) {
        await page.getByText('We sign the account out that was signed in here before.').waitFor();
        await page.getByRole('button', { name: 'Continue' }).click();
      }
      await page.waitForURL(`${site.origin}/callback?**`);
      const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url()), next.checks);
      expect(tokens.claims()?.sub).toBe(other.id);
    }
  });
});
