import { afterAll, beforeAll } from '@jest/globals';
import type * as oidc from 'openid-client';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { auditStates, type PageState } from '../../harness/browser/page-audit.js';
import { type LocalSite, startSite } from '../../harness/browser/local-site.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { makeOperator } from '../../harness/pages/console-agent.js';
import {
  FILES,
  FOLDER,
  makeDetailsTypes,
  NOTE,
  PAYMENT,
  registerForDetails,
} from '../../harness/protocol/authorization-details.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';

const NAME = 'Paper & Ink';
let server: TestServer;
let site: LocalSite;
let config: oidc.Configuration;
beforeAll(async () => {
  server = await startTestServer();
  await makeDetailsTypes(server);
  site = await startSite();
  const client = { client_name: NAME, redirect_uris: [`${site.origin}/callback`] };
  config = await relyingParty(server, await registerForDetails(server, client));
});
afterAll(async () => {
  await site.close();
  await server.close();
});

/** Asks a person for details, one of them with a word that does not fit on a line. */
async function ask(page: Page): Promise<void> {
  const long = { ...FOLDER, path: `/${'photographs'.repeat(9)}` };
  const request = await authorizationRequest(config, {
    scope: 'openid profile',
    resource: FILES,
    redirect_uri: `${site.origin}/callback`,
    authorization_details: JSON.stringify([PAYMENT, long, NOTE]),
  });
  await page.goto(request.url.href);
  await signInOn(page, await server.person());
  await page.getByRole('heading', { name: 'wants to access your account' }).waitFor();
  await page.getByText('All of it').nth(1).click();
}

async function allowAndLook(page: Page): Promise<void> {
  await ask(page);
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.waitForURL(`${site.origin}/callback?**`);
  await page.goto(`${server.issuer}/account/apps`);
  await page.getByText('All of it').first().click();
}

async function openConsole(page: Page, path: string): Promise<void> {
  await page.goto(`${server.issuer}/console/catalogue${path}`);
  await signInOn(page, await makeOperator(server));
  await page.getByRole('heading', { level: 1 }).waitFor();
}

describeWithBrowser('authorization details', (open) => {
  const STATES: PageState[] = [
    ['consent to details', `${NAME} wants to access your account`, ask],
    ['details that were allowed', 'Applications with access', allowAndLook],
    ['a type', 'payment', (page) => openConsole(page, '/authorization-details/payment')],
    [
      'a new type',
      'New type of authorization details',
      (page) => openConsole(page, '/authorization-details/new'),
    ],
  ];
  auditStates(open, STATES);
});
