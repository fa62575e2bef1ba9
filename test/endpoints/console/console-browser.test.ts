import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser, sharedSignedIn } from '../../harness/browser/browser.js';
import { auditStates } from '../../harness/browser/page-audit.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { makeOperator, PROJECT } from '../../harness/pages/console-agent.js';

let server: TestServer;
let person: { id: string; email: string; password: string };
let clientId: string;
let deletedId: string;
beforeAll(async () => {
  server = await startTestServer();
  person = await makeOperator(server);
  const client = await server.register({
    client_name: 'Photo book',
    company: 'Acme Photos Ltd',
    client_uri: 'https://photos.example/',
    redirect_uris: ['https://photos.example/callback', 'http://localhost:3000/callback'],
    optional_scopes: ['email'],
  });
  clientId = client.id;
  await server.admin('POST', `/${clientId}/rotate_secret`);
  await server.register({
    client_name: 'Device',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://localhost:1/'],
  });
  deletedId = (await server.register({ client_name: 'Gone' })).id;
  await server.admin('DELETE', `/${deletedId}`);
});
afterAll(() => server.close());

async function open(page: Page, path: string): Promise<void> {
  await page.goto(`${server.issuer}${path}`);
  if (page.url().includes('/interaction/')) {
    await page.getByLabel('E-mail address').fill(person.email);
    await page.getByLabel('Password').fill(person.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
  await page.waitForURL(`**${path}`);
}

describeWithBrowser('the console', (openPage) => {
  const at = (path: string) => (page: Page) => open(page, PROJECT + path);
  const client = (path: string) => (page: Page) => open(page, `${PROJECT}/clients/${clientId}${path}`);

  auditStates(
    sharedSignedIn(openPage, (page) => open(page, PROJECT)),
    [
      ['home', 'Default project', at('')],
      ['clients', 'Clients', at('/clients')],
      ['clients, none found', 'Clients', at('/clients?text=nothing')],
      ['clients, all filters', 'Clients', at('/clients?unused=90')],
      ['home, a day', 'Default project', at(`?day=${new Date().toISOString().slice(0, 10)}`)],
      ['kinds', 'New client', at('/clients/new')],
      ['new web client', 'New client: web server', at('/clients/new?kind=web')],
      ['settings', 'Photo book', client('')],
      ['secrets', 'Photo book', client('/secrets')],
      ['delete the older secret', 'Photo book', client('/secrets?delete')],
      ['connect', 'Photo book', client('/connect')],
      ['publish', 'Photo book', client('/publish')],
      ['audit', 'Photo book', client('/audit')],
      ['usage', 'Photo book', client('/usage')],
      ['audit trail', 'Audit', (page) => open(page, '/console/audit')],
      ['keys', 'Keys', (page) => open(page, '/console/keys?rotate')],
      ['settings of the server', 'Settings', (page) => open(page, '/console/settings')],
      ['jobs and messages', 'Jobs and messages', (page) => open(page, '/console/jobs?state=dead')],
      ['webhooks', 'Webhooks', (page) => open(page, '/console/webhooks')],
      ['new webhook', 'New webhook', (page) => open(page, '/console/webhooks/new')],
      ['API reference', 'Postern admin API', (page) => open(page, '/console/reference?q=rotate')],
      ['records of the API', 'Records', (page) => open(page, '/console/reference/records')],
      ['mailbox', 'Development mailbox', (page) => open(page, '/console/mailbox')],
      ['delete', 'Photo book', client('/delete')],
      ['deleted', 'Gone', (page) => open(page, `${PROJECT}/clients/${deletedId}`)],
      [
        'a mistake',
        'Photo book',
        async (page) => {
          await client('')(page);
          await page.getByLabel('Redirect URIs redirect_uris').fill('http://staging.photos.example/cb');
          await page.getByRole('button', { name: /^Save ?: Redirect URIs$/ }).click();
          await page.getByText('Redirect URIs: nothing was saved.').waitFor();
        },
      ],
      [
        'a conflict',
        'Photo book',
        async (page) => {
          await client('')(page);
          await server.admin('PATCH', `/${clientId}`, {
            company: `Theirs ${String(Math.random())}`,
            redirect_uris: ['https://photos.example/callback', 'https://photos.example/theirs'],
          });
          await page.getByLabel('Company company').fill('Mine Ltd');
          await page.getByLabel('Description description').fill('Mine');
          await page.getByRole('button', { name: /^Save ?: Identity$/ }).click();
          await page.getByText('while you were editing').waitFor();
        },
      ],
      [
        'a session that ended',
        'You were signed out',
        async (page) => {
          await client('')(page);
          await page.context().clearCookies();
          await page.getByRole('button', { name: /^Save ?: Identity$/ }).click();
          await page.getByText('nothing that you typed is lost').waitFor();
        },
      ],
    ],
  );

  test('has keys for the search and for a new record', async () => {
    const page = await openPage({});
    await open(page, `${PROJECT}/clients`);
    await page.keyboard.press('/');
    await page.keyboard.type('n Photo');
    expect(await page.getByRole('searchbox').inputValue()).toBe('n Photo');
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('n');
    await page.getByRole('heading', { level: 1, name: 'New client' }).waitFor();
  });

  test.each([true, false])(
    'makes a client, changes it and rotates its secret (JavaScript %s)',
    async (javaScriptEnabled) => {
      const page = await openPage({ javaScriptEnabled });
      const name = `Orders ${String(javaScriptEnabled)}`;
      await open(page, `${PROJECT}/clients`);
      await page.getByRole('link', { name: 'New client' }).click();
      await page.getByRole('link', { name: /^Web server/ }).click();
      await page.getByLabel('Name client_name').fill(name);
      await page.getByLabel('Redirect URIs').fill('http://localhost:4000/callback');
      await page.getByRole('button', { name: 'Create client' }).click();
      await page.getByRole('heading', { level: 1, name: `${name} is ready` }).waitFor();
      const secret = await page.locator('#new-secret').innerText();
      expect(await page.locator('#environment').innerText()).toContain(`CLIENT_SECRET=${secret}`);
      await page.getByRole('link', { name: 'I have copied it' }).click();
      await page.getByLabel('Company company').fill('Acme');
      await page.getByRole('button', { name: /^Save ?: Identity$/ }).click();
      await page.getByText('Identity: saved.').waitFor();
      expect(await page.getByLabel('Company company').inputValue()).toBe('Acme');
      await page.getByRole('link', { name: 'Secrets', exact: true }).click();
      await page.getByRole('button', { name: 'Rotate secret' }).click();
      expect(await page.locator('#new-secret').innerText()).not.toBe(secret);
      await page.getByRole('link', { name: 'Delete the older secret' }).click();
      await page.getByLabel(/^Type /).fill('wrong');
      await page.getByRole('button', { name: 'Delete the older secret' }).click();
      const label = await page.locator('label[for="typed"]').innerText();
      await page.getByLabel(/^Type /).fill(label.replace(/^Type (.*) to confirm$/, '$1'));
      await page.getByRole('button', { name: 'Delete the older secret' }).click();
      await page.getByText('The older secret is deleted').waitFor();
    },
  );

  test.each([true, false])('finds operations of the API (JavaScript %s)', async (javaScriptEnabled) => {
    const page = await openPage({ javaScriptEnabled });
    await open(page, `${PROJECT}/clients`);
    await page.goto(`${server.issuer}/console/reference`);
    const shown = () => page.locator('details.endpoint:visible').count();
    const all = await shown();
    await page.getByRole('searchbox').fill('rotate SECRET client');
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Filter' }).click();
    await page.locator('summary:visible', { hasText: 'rotate_secret' }).first().waitFor();
    expect(all).toBeGreaterThan(100);
    expect(await shown()).toBeLessThan(5);
    await page.getByRole('searchbox').fill('no such operation');
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByRole('heading', { name: 'No operation is like that' }).waitFor();
    expect(await page.getByRole('link', { name: 'Organizations' }).count()).toBe(1);
  });

  test('keeps a form that was typed while its sign-in became too old', async () => {
    const page = await openPage({});
    await open(page, '/console/webhooks/new');
    await page.getByLabel('URL url').fill('https://hooks.example/typed');
    await server.database.pool.query(
      `UPDATE own_sessions SET auth_time = auth_time - interval '11 minutes' WHERE account_id = $1`,
      [person.id],
    );
    await page.getByRole('button', { name: 'Create webhook' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in again' }).waitFor();
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Sign in again' }).click();
    const tab = await opened;
    await tab.waitForURL(`**${PROJECT}`);
    await tab.close();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('https://hooks.example/typed').waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('heading', { level: 1, name: 'The secret is ready' }).waitFor();
  });
});
