import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Secret } from 'otpauth';
import type { Cookie, Page } from 'playwright-core';
import { eventually } from '../../harness/common/eventually.js';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { auditStates, type PageState } from '../../harness/browser/page-audit.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { addVirtualAuthenticator } from '../../harness/browser/virtual-authenticator.js';
import { codeOf, letTimePass } from '../../harness/factors/second-factors.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Signs a new person in at a page of the account area. */
async function open(page: Page, path = '/account/security') {
  const person = await server.person();
  await page.goto(`${server.issuer}${path}`);
  await signInOn(page, person);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return person;
}

async function addPasskey(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Add a passkey' }).click();
  await page.getByRole('button', { name: 'Add a passkey' }).click();
}

let everything: Promise<Cookie[]> | undefined;

/** A person with a passkey, an app and trusted browsers, at the overview; the same one each time. */
async function withEverything(page: Page): Promise<void> {
  everything ??= newPersonWithEverything(page).then(() => page.context().cookies());
  await page.context().addCookies(await everything);
  await page.goto(`${server.issuer}/account/security`);
}

async function newPersonWithEverything(page: Page) {
  const person = await server.person();
  await addVirtualAuthenticator(page);
  await page.goto(`${server.issuer}/account/security`);
  await signInOn(page, person);
  await addPasskey(page);
  await page.getByRole('link', { name: 'I have kept them' }).click();
  const { factorChanges, factorChecks, factors } = server.context;
  const { secret, sealed } = factors.beginTotp(person.id);
  const code = codeOf(new Secret({ buffer: new Uint8Array(secret).buffer }).base32);
  const request = { address: '192.0.2.1', requestId: null, userAgent: null };
  await factorChanges.addAuthenticator(person.id, sealed, code, request);
  await letTimePass(server);
  const agents = [
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36',
  ];
  for (const agent of agents) await factorChecks.trustBrowser(person.id, agent);
  await page.goto(`${server.issuer}/account/security`);
  return { person };
}

describeWithBrowser('sign-in and security', (openPage) => {
  test('adds a passkey in the browser, shows its codes once, and signs in with it', async () => {
    const page = await openPage();
    await addVirtualAuthenticator(page);
    const person = await server.person();
    await page.goto(`${server.issuer}/account/security`);
    await signInOn(page, person);
    await addPasskey(page);
    await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
    const codes = await page
      .getByRole('list', { name: 'Recovery codes' })
      .getByRole('listitem')
      .allInnerTexts();
    expect(codes).toHaveLength(10);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('recovery-codes.txt');
    await page.getByRole('link', { name: 'I have kept them' }).click();
    await page.getByText('10 of 10 left').waitFor();
    expect(await page.content()).not.toContain(codes[0]);

    await page.context().clearCookies();
    await page.goto(`${server.issuer}/account/security`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('heading', { name: 'Sign-in and security' }).waitFor();

    await page.getByRole('link', { name: 'Add a passkey' }).click();
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('This device has a passkey for your account already.').waitFor();
  });

  test('has the browser forget a passkey that is not known here any more', async () => {
    const page = await openPage();
    const authenticator = await addVirtualAuthenticator(page);
    const person = await server.person();
    await page.goto(`${server.issuer}/account/security`);
    await signInOn(page, person);
    await addPasskey(page);
    await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
    await server.database.pool.query('DELETE FROM passkeys WHERE account_id = $1', [person.id]);
    await page.context().clearCookies();
    await page.goto(`${server.issuer}/account/security`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('This passkey was not accepted.').waitFor();
    await eventually(async () => (await authenticator.count()) === 0);
  });

  const states: PageState[] = [
    ['first day', 'Sign-in and security', (page) => open(page)],
    ['everything', 'Sign-in and security', withEverything],
    [
      'renaming',
      'Sign-in and security',
      async (page) => {
        await withEverything(page);
        await page.getByRole('link', { name: /^Rename/ }).click();
        await page.getByLabel('New name').waitFor();
      },
    ],
    [
      'removing',
      'Sign-in and security',
      async (page) => {
        await withEverything(page);
        await page.getByRole('link', { name: /^Remove/ }).click();
        await page.getByRole('button', { name: 'Remove the passkey' }).waitFor();
      },
    ],
    [
      'turning off',
      'Sign-in and security',
      async (page) => {
        await withEverything(page);
        await page.getByRole('link', { name: /^Turn off/ }).click();
        await page.getByRole('button', { name: 'Turn it off' }).waitFor();
      },
    ],
    [
      'the last way',
      'Sign-in and security',
      async (page) => {
        const { person } = await newPersonWithEverything(page);
        await server.database.pool.query('UPDATE accounts SET password_hash = NULL WHERE id = $1', [
          person.id,
        ]);
        await page.reload();
        await page.getByText('It is your only way to sign in.').waitFor();
      },
    ],
    ['new passkey', 'Add a passkey', (page) => open(page, '/account/security/passkeys/new')],
    [
      'authenticator app',
      'Set up an authenticator app',
      (page) => open(page, '/account/security/authenticator'),
    ],
    [
      'authenticator app, refused',
      'Set up an authenticator app',
      async (page) => {
        await open(page, '/account/security/authenticator');
        await page.getByLabel('Code', { exact: true }).fill('000000');
        await page.getByRole('button', { name: 'Turn it on' }).click();
        await page.getByText('This code is not right').waitFor();
      },
    ],
    [
      'moving the app',
      'Move the authenticator app',
      async (page) => {
        await withEverything(page);
        await page.getByRole('link', { name: 'Move to another phone' }).click();
      },
    ],
    [
      'making codes',
      'Make recovery codes',
      async (page) => {
        await withEverything(page);
        await page.getByRole('link', { name: 'Make new codes' }).click();
      },
    ],
    [
      'the codes',
      'Keep your recovery codes',
      async (page) => {
        await withEverything(page);
        await page.getByRole('link', { name: 'Make new codes' }).click();
        await page.getByRole('button', { name: 'Make new codes' }).click();
      },
    ],
  ];
  auditStates(openPage.shared, states);
});
