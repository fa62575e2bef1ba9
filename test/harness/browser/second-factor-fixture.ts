import { afterAll } from '@jest/globals';
import * as oidc from 'openid-client';
import type { Page } from 'playwright-core';
import { startSite } from './local-site.js';
import { signInOn } from './sign-in-form.js';
import { addVirtualAuthenticator } from './virtual-authenticator.js';
import { codeOf, essentialAcr, letTimePass } from '../factors/second-factors.js';
import { startTestServer } from '../nodes/test-server.js';
import { type Authorization, authorizationRequest, relyingParty } from '../protocol/relying-party.js';

/**
 * A server and a first-party client, for people with second factors in a browser. For the top level of a test file:
 * everything is closed after its tests.
 */
export async function secondFactorFixture() {
  const [server, site] = await Promise.all([
    startTestServer({ env: { SECOND_FACTOR_ATTEMPTS: '100' } }),
    startSite(),
  ]);
  afterAll(async () => {
    await site.close();
    await server.close();
  });
  const redirectUri = `${site.origin}/callback`;
  const client = await server.register({
    client_name: 'Paper & Ink',
    redirect_uris: [redirectUri],
    first_party: true,
  });
  const config = await relyingParty(server, client);

  const request = (parameters: Record<string, string> = {}) =>
    authorizationRequest(config, { redirect_uri: redirectUri, scope: 'openid', ...parameters });

  /** Waits for the way back to the relying party; the claims of the ID token. */
  async function arrive(page: Page, { checks }: Authorization) {
    await page.waitForURL(`${redirectUri}?**`);
    const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url()), checks);
    return tokens.claims();
  }

  /** A page on which a person has set a passkey up, and is signed out again. */
  async function withPasskey(page: Page, options?: { fillsIn: boolean }) {
    const person = await server.person();
    const authenticator = await addVirtualAuthenticator(page, options);
    if (options?.fillsIn) await authenticator.touches(false);
    const insisting = await request(essentialAcr('phr'));
    await page.goto(insisting.url.href);
    await signInOn(page, person);
    await page.getByRole('heading', { name: 'Set up a passkey' }).waitFor();
    await authenticator.touches(true);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
    const recoveryCodes = await page
      .getByRole('list', { name: 'Recovery codes' })
      .getByRole('listitem')
      .allInnerTexts();
    await page.getByRole('link', { name: 'continue' }).click();
    const claims = await arrive(page, insisting);
    await page.context().clearCookies();
    return { person, authenticator, recoveryCodes, claims };
  }

  /** Sets an authenticator app up on a page and signs out again; the key that is shown. */
  async function withApp(page: Page, person: { email: string; password: string }): Promise<string> {
    const insisting = await request(essentialAcr('urn:postern:2fa'));
    await page.goto(insisting.url.href);
    await signInOn(page, person);
    await page.getByRole('link', { name: 'Use an authenticator app' }).click();
    const secret = await page.locator('#key').innerText();
    await page.getByLabel('Code', { exact: true }).fill(codeOf(secret));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('link', { name: 'continue' }).click();
    await page.waitForURL(`${redirectUri}?**`);
    await page.context().clearCookies();
    await letTimePass(server);
    return secret;
  }
  return { server, redirectUri, request, arrive, withPasskey, withApp };
}
