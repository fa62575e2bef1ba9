import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { auditStates, type PageState } from '../../harness/browser/page-audit.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const CIBA = 'urn:openid:params:grant-type:ciba';

let server: TestServer;
let client: RegisteredClient;
beforeAll(async () => {
  server = await startTestServer({ env: { CIBA: 'on' } });
  client = await server.register({
    client_name: 'Call centre',
    grant_types: [CIBA, 'refresh_token'],
    redirect_uris: [],
  });
});
afterAll(() => server.close());

/** Opens the page as a person for whom these requests wait. */
async function open(page: Page, messages: readonly string[]): Promise<void> {
  const person = await server.person();
  for (const message of messages) {
    const fields = { scope: 'openid profile email offline_access', login_hint: person.email };
    const sent = { ...fields, ...(message && { binding_message: message }) };
    await postForm(`${server.origin}/oauth2/backchannel`, sent, basic(client));
  }
  await page.goto(`${server.issuer}/account/requests`);
  await signInOn(page, person);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

describeWithBrowser('requests of applications', (openPage) => {
  test('are allowed and denied one by one', async () => {
    const page = await openPage();
    await open(page, ['AX-41', '']);
    await page.getByText('AX-41').waitFor();
    await page.getByRole('button', { name: 'Allow' }).first().click();
    await page.getByText('The application can go on now.').waitFor();
    expect(await page.getByText('AX-41').count()).toBe(0);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('heading', { name: 'No application waits for you' }).waitFor();
  });

  const HEADING = 'Requests of applications';
  const STATES: PageState[] = [
    ['no request', HEADING, (page) => open(page, [])],
    ['two requests', HEADING, (page) => open(page, ['AX-41 for your order of 27 November', ''])],
  ];
  auditStates(openPage, STATES);
});
