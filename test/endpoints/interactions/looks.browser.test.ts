import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { DEVICE_CODE_GRANT } from '../../harness/protocol/device.js';
import { type LocalSite, startSite } from '../../harness/browser/local-site.js';
import { auditPage } from '../../harness/browser/page-audit.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const LONG = 'Donaudampfschifffahrtsgesellschaft'.repeat(6);

let server: TestServer;
let site: LocalSite;
let logo: LocalSite;
let client: RegisteredClient;
let config: oidc.Configuration;
let email: string;

beforeAll(async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="40"><rect width="9" height="9"/></svg>';
  [server, site, logo] = await Promise.all([
    startTestServer({ env: { SIGN_IN_ATTEMPTS_PER_ACCOUNT: '2' } }),
    startSite(),
    startSite({ type: 'image/svg+xml', body: svg }, { https: true }),
  ]);
  client = await server.register({
    client_name: LONG,
    company: 'W'.repeat(60),
    description: `${LONG}\n\n${'Words between. '.repeat(50)}`,
    logo_uri: `${logo.origin}/logo.svg`,
    client_uri: 'https://long.example/',
    policy_uri: 'https://long.example/privacy',
    tos_uri: 'https://long.example/terms',
    redirect_uris: [`${site.origin}/callback`, `https://${'long-host.'.repeat(20)}example/callback`],
    grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE_GRANT],
    scopes: ['openid', 'offline_access', 'profile', 'email', 'phone', 'address'],
    optional_scopes: ['email', 'phone'],
  });
  config = await relyingParty(server, client);
  ({ email } = await server.person(`somebody-with-a-long-address-${'x'.repeat(30)}`));
});
afterAll(async () => {
  await Promise.all([site.close(), logo.close()]);
  await server.close();
});

const password = 'correct horse battery staple';

async function toSignIn(page: Page, redirectUri = `${site.origin}/callback`): Promise<void> {
  const scope = 'openid offline_access profile email phone address';
  const request = await authorizationRequest(config, { redirect_uri: redirectUri, scope });
  await page.goto(request.url.href);
}

async function toDeviceConfirmation(page: Page): Promise<void> {
  const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' });
  await page.goto(device.verification_uri);
  await page.getByLabel('Code').fill(device.user_code);
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Every page, how to get there in a browser without cookies, and its heading. */
const PAGES: [string, string, (page: Page) => Promise<unknown>][] = [
  ['sign-in', 'Sign in', (page) => toSignIn(page)],
  [
    'sign-in with a problem',
    'Sign in',
    async (page) => {
      await toSignIn(page);
      await signInOn(page, { email: `${'nobody'.repeat(9)}@people.example`, password: 'not the password' });
      await page.getByRole('alert').waitFor();
    },
  ],
  [
    'sign-in after too many attempts',
    'Sign in',
    async (page) => {
      await toSignIn(page);
      for (const attempt of [1, 2, 3]) {
        await signInOn(page, { email: 'limited@people.example', password: `guess ${String(attempt)}` });
      }
      await page.getByText('too many attempts').waitFor();
    },
  ],
  [
    'consent',
    `${LONG} wants to access your account`,
    async (page) => {
      await toSignIn(
        page,
        client['redirect_uris'] instanceof Array ? String(client['redirect_uris'][1]) : '',
      );
      await signInOn(page, { email, password });
      await page.getByRole('checkbox').first().waitFor();
      await page.getByText('More from the application').click();
    },
  ],
  ['a stale page', 'This sign-in has expired', (page) => page.goto(`${server.issuer}/interaction/gone`)],
  ['an error', 'This request cannot be answered', (page) => page.goto(`${server.issuer}/oauth2/authorize`)],
  ['device code', 'Connect a device', (page) => page.goto(`${server.issuer}/device`)],
  [
    'device code with a problem',
    'Connect a device',
    async (page) => {
      await page.goto(`${server.issuer}/device`);
      await page.getByLabel('Code').fill('BCDF-GHJK');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('alert').waitFor();
    },
  ],
  ['device confirmation', 'Is this your device?', toDeviceConfirmation],
  [
    'device turned away',
    'Connect a device',
    async (page) => {
      await toDeviceConfirmation(page);
      await page.getByRole('button', { name: 'No, it is not' }).click();
      await page.getByRole('status').waitFor();
    },
  ],
  [
    'device connected',
    'Your device is connected',
    async (page) => {
      await toDeviceConfirmation(page);
      await page.getByRole('button', { name: 'Yes, go on' }).click();
      await signInOn(page, { email, password });
      await page.getByRole('button', { name: 'Allow' }).click();
    },
  ],
  [
    'sign-out',
    'Sign out?',
    async (page) => {
      await toSignIn(page);
      await signInOn(page, { email, password });
      await page.goto(`${server.issuer}/oauth2/logout?client_id=${client.client_id}`);
    },
  ],
  [
    'left the application',
    'You have left the application',
    async (page) => {
      await toSignIn(page);
      await signInOn(page, { email, password });
      await page.goto(`${server.issuer}/oauth2/logout?client_id=${client.client_id}`);
      await page.getByRole('button', { name: 'Stay signed in' }).click();
    },
  ],
  ['signed out', 'You are signed out', (page) => page.goto(`${server.issuer}/oauth2/logout`)],
];

describeWithBrowser('the page', (open) => {
  test.each(PAGES)('"%s" is usable on every screen', async (_name, heading, visit) => {
    const page = await open();
    await visit(page);
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    expect(await auditPage(page)).toEqual([]);
  });
});
