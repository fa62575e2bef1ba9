import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { auditStates, type PageState } from '../../harness/browser/page-audit.js';
import { codeIn, nextMail } from '../../harness/mail/mailbox.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ delivers: true, env: { SIGN_UP: 'open' } });
});
afterAll(() => server.close());

/** Asks for a code for an address, and returns the address. */
async function askForCode(
  page: Page,
  path: string,
  email = `${randomBytes(6).toString('hex')}@people.example`,
) {
  await page.goto(server.issuer + path);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Send the code' }).click();
  await page.getByLabel('Code from the mail').waitFor();
  return email;
}

async function enterCode(page: Page, code: string): Promise<void> {
  await page.getByLabel('Code from the mail').fill(code);
  await page.getByRole('button', { name: 'Continue' }).click();
}

const PAGES: PageState[] = [
  ['sign-up', 'Create an account', (page) => page.goto(`${server.issuer}/sign-up`)],
  ['sign-up, the code', 'Check your mail', (page) => askForCode(page, '/sign-up')],
  [
    'sign-up, after a wrong code',
    'Check your mail',
    async (page) => {
      await askForCode(page, '/sign-up');
      await enterCode(page, '00000000');
      await page.locator('.field-error').waitFor();
    },
  ],
  [
    'sign-up, the password',
    'Choose a password',
    async (page) => {
      const email = await askForCode(page, '/sign-up');
      await enterCode(page, codeIn(await nextMail(server, email)));
    },
  ],
  ['recovery', 'Forgot your password?', (page) => page.goto(`${server.issuer}/recover`)],
  ['recovery, the code', 'Check your mail', (page) => askForCode(page, '/recover')],
  [
    'recovery, the new password',
    'Set a new password',
    async (page) => {
      const { email } = await server.person();
      await askForCode(page, '/recover', email);
      await enterCode(page, codeIn(await nextMail(server, email)));
    },
  ],
];

describeWithBrowser('the page of', (open) => auditStates(open.shared, PAGES));
