import { afterAll, beforeAll } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { auditStates, type PageState } from '../../harness/browser/page-audit.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { codeOf } from '../../harness/factors/second-factors.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { SECOND_FACTOR: 'required' } });
});
afterAll(() => server.close());

type Person = { email: string; password: string };

async function signIn(page: Page, person?: Person): Promise<Person> {
  const somebody = person ?? (await server.person());
  await page.goto(`${server.issuer}/account`);
  await signInOn(page, somebody);
  return somebody;
}

async function toApp(page: Page, person?: Person): Promise<Person> {
  const somebody = await signIn(page, person);
  await page.getByRole('link', { name: 'Use an authenticator app' }).click();
  await page.getByLabel('Code', { exact: true }).waitFor();
  return somebody;
}

async function setUpApp(page: Page): Promise<Person> {
  const person = await toApp(page);
  await page.getByLabel('Code', { exact: true }).fill(codeOf(await page.locator('#key').innerText()));
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
  return person;
}

/** The second sign-in of a person who has an authenticator app, in the same browser without its cookies. */
async function signInAgain(page: Page): Promise<void> {
  const person = await setUpApp(page);
  await page.context().clearCookies();
  await signIn(page, person);
}

const PAGES: PageState[] = [
  ['set-up', 'Set up a second factor', (page) => signIn(page)],
  ['set-up of an app', 'Set up an authenticator app', (page) => toApp(page)],
  [
    'set-up of an app, after a wrong code',
    'Set up an authenticator app',
    async (page) => {
      await toApp(page);
      await page.getByLabel('Code', { exact: true }).fill('000000');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('alert').waitFor();
    },
  ],
  ['recovery codes', 'Keep your recovery codes', (page) => setUpApp(page)],
  ['second factor', 'Confirm that it is you', signInAgain],
  [
    'second factor, after a wrong code',
    'Confirm that it is you',
    async (page) => {
      await signInAgain(page);
      await page.getByLabel('Code', { exact: true }).fill('000000');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('alert').waitFor();
    },
  ],
  [
    'recovery code',
    'Use a recovery code',
    async (page) => {
      await signInAgain(page);
      await page.getByRole('link', { name: 'Lost your phone?' }).click();
    },
  ],
];

describeWithBrowser('the page of', (open) => auditStates(open.shared, PAGES));
