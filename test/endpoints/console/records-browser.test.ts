import { afterAll, beforeAll } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser, sharedSignedIn } from '../../harness/browser/browser.js';
import { auditStates } from '../../harness/browser/page-audit.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { makeOperator, PROJECT } from '../../harness/pages/console-agent.js';
import { obtainTokens, relyingParty } from '../../harness/protocol/relying-party.js';
import { INSTALLATION } from '../../../src/server/bootstrap.js';

let server: TestServer;
let operator: { id: string; email: string; password: string };
let person: { id: string; email: string; password: string };
let clientId: string;
let apiId: string;
beforeAll(async () => {
  server = await startTestServer({ env: { SIGN_UP: 'invite', REGISTRATION: 'token' } });
  operator = await makeOperator(server);
  person = await server.person('lena');
  const client = await server.register({ client_name: 'Photo book' });
  clientId = client.id;
  await obtainTokens(await relyingParty(server, client), person);
  const { apis, catalogue, initialAccessTokens, invitations, tenants } = server.context;
  apiId = (await apis.create(INSTALLATION, { audience: 'https://orders.example/api', name: 'Orders API' }))
    .id;
  const words = { title: 'See your orders', description: 'What you bought, and when.', api_id: apiId };
  await catalogue.create(INSTALLATION, { name: 'orders.read', ...words });
  const project = await tenants.resolve('default', 'default');
  await initialAccessTokens.create(INSTALLATION, project, { max_uses: 3 });
  const organization = await tenants.resolveOrganization('default');
  await invitations.create(INSTALLATION, organization, { email: 'emi@people.example', role: 'viewer' });
});
afterAll(() => server.close());

async function open(page: Page, path: string): Promise<void> {
  await page.goto(`${server.issuer}${path}`);
  if (page.url().includes('/interaction/')) {
    await page.getByLabel('E-mail address').fill(operator.email);
    await page.getByLabel('Password').fill(operator.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
  await page.waitForURL(`**${path}`);
}

describeWithBrowser('pages of records', (openPage) => {
  const at = (path: () => string) => (page: Page) => open(page, path());
  const account = (path: string) => at(() => `/console/accounts/${person.id}${path}`);

  auditStates(
    sharedSignedIn(openPage, (page) => open(page, PROJECT)),
    [
      ['accounts', 'Accounts', at(() => '/console/accounts')],
      ['an account', 'Person lena', account('')],
      ['disable an account', 'Disable Person lena?', account('/disable')],
      [
        'a form with a mistake',
        'New account',
        async (page) => {
          await open(page, '/console/accounts/new');
          await page.getByLabel('E-mail address email', { exact: true }).fill(operator.email);
          await page.getByRole('button', { name: 'Create account' }).click();
          await page.getByText('Nothing was saved.').waitFor();
        },
      ],
      ['an organization', 'Default organization', at(() => '/console/o/default')],
      ['members and invitations', 'Members', at(() => '/console/o/default/members')],
      ['the catalogue', 'APIs and scopes', at(() => '/console/catalogue')],
      ['an API', 'Orders API', at(() => `/console/catalogue/apis/${apiId}`)],
      ['initial access tokens', 'Initial access tokens', at(() => `${PROJECT}/initial-access-tokens`)],
      [
        'the consent page',
        'Photo book wants to access your account',
        at(() => `${PROJECT}/clients/${clientId}/consent`),
      ],
      ['people of a client', 'Photo book', at(() => `${PROJECT}/clients/${clientId}/people`)],
      [
        'a secret that is shown once',
        'The token is ready',
        async (page) => {
          await open(page, `${PROJECT}/initial-access-tokens/new`);
          await page.getByRole('button', { name: 'Make the token' }).click();
          await page.getByText('Copy it now.').waitFor();
        },
      ],
    ],
  );
});
