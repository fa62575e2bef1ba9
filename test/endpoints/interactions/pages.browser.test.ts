import { afterAll, beforeAll } from '@jest/globals';
import * as oidc from 'openid-client';
import type { Page } from 'playwright-core';
import { newOrganization, operator } from '../../harness/admin/admin-caller.js';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { DEVICE_CODE_GRANT } from '../../harness/protocol/device.js';
import { type LocalSite, startSite } from '../../harness/browser/local-site.js';
import { auditStates, type PageState } from '../../harness/browser/page-audit.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const LONG = 'Donaudampfschifffahrtsgesellschaft'.repeat(6);
const NAME = `somebody-with-a-long-address-${'x'.repeat(30)}`;

let server: TestServer;
let site: LocalSite;
let logo: LocalSite;
let client: RegisteredClient;
let config: oidc.Configuration;
let email: string;
/** A client that only members of its organization may use. */
let closed: oidc.Configuration;

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
  closed = await closedClient();
  ({ email } = await server.person(NAME));
});
afterAll(async () => {
  await Promise.all([site.close(), logo.close()]);
  await server.close();
});

async function closedClient(): Promise<oidc.Configuration> {
  const root = await operator(server);
  const { project } = await newOrganization(server, 'closed');
  const { body } = await root('POST', `${project}/oauth_clients`, {
    client_name: LONG,
    redirect_uris: [`${site.origin}/callback`],
    scopes: ['openid', 'offline_access', 'profile', 'email', 'phone', 'address'],
  });
  return relyingParty(server, body as RegisteredClient);
}

const password = 'correct horse battery staple';

async function toSignIn(
  page: Page,
  redirectUri = `${site.origin}/callback`,
  parameters: Record<string, string> = {},
  of = config,
): Promise<void> {
  const scope = 'openid offline_access profile email phone address';
  const request = await authorizationRequest(of, { redirect_uri: redirectUri, scope, ...parameters });
  await page.goto(request.url.href);
}

async function toDeviceConfirmation(page: Page): Promise<void> {
  const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' });
  await page.goto(device.verification_uri);
  await page.getByLabel('Code').fill(device.user_code);
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Every page, how to get there in a browser without cookies, and its heading. */
const PAGES: PageState[] = [
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
      await page.getByText('More from the publisher').click();
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
    'sign-out without a way back',
    'Sign out?',
    async (page) => {
      await toSignIn(page);
      await signInOn(page, { email, password });
      const back = encodeURIComponent(`https://${'long-host.'.repeat(20)}example/elsewhere`);
      await page.goto(
        `${server.issuer}/oauth2/logout?client_id=${client.client_id}&post_logout_redirect_uri=${back}`,
      );
      await page.getByText('Details', { exact: true }).click();
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
  [
    'select account',
    'Choose an account',
    async (page) => {
      await toSignIn(page);
      await signInOn(page, { email, password });
      await page.getByRole('button', { name: 'Allow' }).waitFor();
      await toSignIn(page, undefined, { prompt: 'select_account' });
    },
  ],
  [
    'members only',
    'This application is for members only',
    async (page) => {
      await toSignIn(page, undefined, {}, closed);
      await signInOn(page, { email, password });
    },
  ],
  [
    'answered already',
    'You have answered this already',
    async (page) => {
      await toSignIn(page);
      await signInOn(page, { email, password });
      const consent = page.url();
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.waitForURL(`${site.origin}/**`);
      await page.goto(consent);
    },
  ],
  ['not found', 'Not found', (page) => page.goto(`${server.issuer}/nothing`)],
  ['start', 'Sign-in for applications', (page) => page.goto(server.issuer)],
  ['sign-in to the account area', 'Sign in', (page) => page.goto(`${server.issuer}/account`)],
  [
    'account',
    `Person ${NAME}`,
    async (page) => {
      await page.goto(`${server.issuer}/account`);
      await signInOn(page, { email, password });
    },
  ],
];

describeWithBrowser('the page', (open) => auditStates(open.shared, PAGES));
