import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type * as oidc from 'openid-client';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { auditStates, type PageState } from '../../harness/browser/page-audit.js';
import { addVirtualAuthenticator } from '../../harness/browser/virtual-authenticator.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { codeIn, linkIn, nextMail } from '../../harness/mail/mailbox.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

const PASSWORD = 'seven lanterns over water';

let server: TestServer;
let config: oidc.Configuration;
let person: { id: string; email: string; password: string };
beforeAll(async () => {
  server = await startTestServer({
    delivers: true,
    env: {
      SIGN_UP: 'open',
      SIGN_UP_DOMAINS: 'people.example',
      SIGN_UP_ATTEMPTS: '1000',
      RECOVERY_ATTEMPTS: '1000',
      SECOND_FACTOR: 'optional',
      TERMS_URL: 'https://terms.example/',
      PRIVACY_URL: 'https://privacy.example/',
    },
  });
  config = await relyingParty(server, await server.register({ client_name: 'Photo book' }));
  person = await server.person('somebody-with-a-rather-long-address-of-their-own');
});
afterAll(() => server.close());

const newAddress = () => `somebody-with-a-long-address-${randomBytes(6).toString('hex')}@people.example`;

async function toSignUp(page: Page): Promise<void> {
  await page.goto((await authorizationRequest(config, { prompt: 'create' })).url.href);
}

async function toSignUpCode(page: Page): Promise<string> {
  const email = newAddress();
  await toSignUp(page);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Send the code' }).click();
  await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
  return email;
}

async function toCredential(page: Page): Promise<void> {
  const email = await toSignUpCode(page);
  await page.getByLabel('Code from the mail').fill(codeIn(await nextMail(server, email)));
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
}

async function toRecoveryCode(page: Page): Promise<void> {
  await page.goto(`${server.issuer}/recover`);
  await page.getByLabel('E-mail address').fill(person.email);
  await page.getByRole('button', { name: 'Send the code' }).click();
  await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
}

let recoveries = 0;
async function toNewPassword(page: Page): Promise<void> {
  await toRecoveryCode(page);
  const mail = await nextMail(server, person.email, ++recoveries);
  await page.goto(linkIn(mail, '/recover/'));
}

async function toEmailPage(page: Page): Promise<void> {
  const { email, password } = await server.person();
  await page.goto(`${server.issuer}/account/email`);
  await signInOn(page, { email, password });
  await page.getByRole('heading', { level: 1, name: 'E-mail address' }).waitFor();
}

/** Every page, how to get there in a browser without cookies, and its heading. */
const PAGES: PageState[] = [
  ['sign-up', 'Create an account', toSignUp],
  [
    'sign-up with a problem',
    'Create an account',
    async (page) => {
      await toSignUp(page);
      await page.getByLabel('E-mail address').fill('somebody@elsewhere.example');
      await page.getByRole('button', { name: 'Send the code' }).click();
      await page.getByText('must be an address at people.example').waitFor();
    },
  ],
  ['the code', 'Check your mail', toSignUpCode],
  [
    'a wrong code',
    'Check your mail',
    async (page) => {
      await toSignUpCode(page);
      await page.getByLabel('Code from the mail').fill('0000 0000');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('You have 4 more tries').waitFor();
    },
  ],
  ['the password', 'Choose a password', toCredential],
  [
    'a password that is too easy',
    'Choose a password',
    async (page) => {
      await toCredential(page);
      await page.getByLabel('Password', { exact: true }).fill('password1234');
      await page.getByRole('checkbox').check();
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.getByText('is too easy to guess').waitFor();
    },
  ],
  [
    'the link of a mail',
    'Confirm your e-mail address',
    async (page) => {
      const email = await toSignUpCode(page);
      await page.goto(linkIn(await nextMail(server, email), '/sign-up/confirm/'));
    },
  ],
  ['recovery', 'Forgot your password?', (page) => page.goto(`${server.issuer}/recover`)],
  [
    'the code of a recovery',
    'Check your mail',
    async (page) => {
      recoveries++;
      await toRecoveryCode(page);
    },
  ],
  ['a new password', 'Set a new password', toNewPassword],
  [
    'a password that was set',
    'Your password is set',
    async (page) => {
      await toNewPassword(page);
      await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
      await page.getByRole('button', { name: 'Set the password' }).click();
      recoveries++;
    },
  ],
  [
    'a link that is over',
    'This link does not work any more',
    (page) => page.goto(`${server.issuer}/recover/${'x'.repeat(43)}`),
  ],
  ['the address of an account', 'E-mail address', toEmailPage],
  [
    'the code for an address',
    'Check your mail',
    async (page) => {
      await toEmailPage(page);
      await page.getByLabel('New e-mail address').fill(newAddress());
      await page.getByRole('button', { name: 'Send the code', exact: true }).last().click();
    },
  ],
];

describeWithBrowser('a new account', (open) => {
  test('is made with a passkey alone, once the terms are accepted', async () => {
    const page = await open();
    const authenticator = await addVirtualAuthenticator(page);
    await page.goto(`${server.issuer}/account`);
    await page.getByRole('link', { name: 'Create an account' }).click();
    const email = newAddress();
    await page.getByLabel('E-mail address').fill(email);
    await page.getByRole('button', { name: 'Send the code' }).click();
    await page.getByLabel('Code from the mail').fill(codeIn(await nextMail(server, email)));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Use a passkey instead' }).click();
    expect(await authenticator.count()).toBe(0);
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Use a passkey instead' }).click();
    await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
    const codes = page.getByRole('list', { name: 'Recovery codes' });
    expect(await codes.getByRole('listitem').count()).toBe(10);
    await page.getByRole('link', { name: 'continue' }).click();
    await page.getByText(email).first().waitFor();
    const account = await server.context.accounts.findByEmail(email);
    expect(account).toMatchObject({ hasPassword: false, emailVerified: true });

    await page.context().clearCookies();
    await page.goto(`${server.issuer}/account`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText(email).first().waitFor();
  });
});

describeWithBrowser('the page', (open) => {
  auditStates(open.shared, PAGES);

  test.each([...PAGES])('"%s" is reached without JavaScript', async (_name, heading, visit) => {
    const page = await open.shared({ javaScriptEnabled: false });
    await visit(page);
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
  });
});
