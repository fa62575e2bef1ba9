import { expect } from '@jest/globals';
import { Secret } from 'otpauth';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { auditStates, type PageState } from '../../harness/browser/page-audit.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { codeOf, essentialAcr, letTimePass } from '../../harness/factors/second-factors.js';
import { secondFactorFixture } from '../../harness/browser/second-factor-fixture.js';

const { server, request, withPasskey } = await secondFactorFixture();

describeWithBrowser('the page', (open) => {
  /** Signs a person in for a request that insists on a level. */
  const at = async (page: Page, acr: string) => {
    await page.goto((await request(essentialAcr(acr))).url.href);
    await signInOn(page, await server.person());
  };
  /** At the question for a second factor, of a person who has both. */
  const asked = async (page: Page) => {
    const { person } = await withPasskey(page);
    await addApp(person.id);
    await page.goto((await request()).url.href);
    await signInOn(page, person);
  };
  const states: PageState[] = [
    ['sign-in with a passkey', 'Sign in', async (page) => page.goto((await request()).url.href)],
    ['second factor', 'Confirm that it is you', asked],
    [
      'second factor, refused',
      'Confirm that it is you',
      async (page) => {
        await asked(page);
        await page.getByLabel('Code', { exact: true }).fill('000000');
        await page.getByRole('button', { name: 'Continue' }).click();
        await page.getByText('This code is not right').waitFor();
      },
    ],
    [
      'second factor, only a passkey',
      'Confirm that it is you',
      async (page) => {
        const { person } = await withPasskey(page);
        await page.goto((await request(essentialAcr('phr'))).url.href);
        await signInOn(page, person);
      },
    ],
    [
      'recovery code, refused',
      'Use a recovery code',
      async (page) => {
        await asked(page);
        await page.getByRole('link', { name: 'Lost your phone?' }).click();
        await page.getByLabel('Recovery code').fill('AAAAA-AAAAA');
        await page.getByRole('button', { name: 'Continue' }).click();
        await page.getByText('is not right').waitFor();
      },
    ],
    ['set up', 'Set up a second factor', (page) => at(page, 'urn:postern:2fa')],
    ['set up a passkey', 'Set up a passkey', (page) => at(page, 'phr')],
    [
      'authenticator app',
      'Set up an authenticator app',
      async (page) => {
        await at(page, 'urn:postern:2fa');
        await page.getByRole('link', { name: 'Use an authenticator app' }).click();
      },
    ],
    [
      'authenticator app, refused',
      'Set up an authenticator app',
      async (page) => {
        await at(page, 'urn:postern:2fa');
        await page.getByRole('link', { name: 'Use an authenticator app' }).click();
        const secret = await page.locator('#key').innerText();
        await page.getByLabel('Code', { exact: true }).fill('000000');
        await page.getByRole('button', { name: 'Continue' }).click();
        await page.getByText('This code is not right').waitFor();
        expect(await page.locator('#key').innerText()).toBe(secret);
      },
    ],
    [
      'recovery codes',
      'Keep your recovery codes',
      async (page) => {
        await at(page, 'urn:postern:2fa');
        await page.getByRole('link', { name: 'Use an authenticator app' }).click();
        await page.getByLabel('Code', { exact: true }).fill(codeOf(await page.locator('#key').innerText()));
        await page.getByRole('button', { name: 'Continue' }).click();
      },
    ],
  ];
  auditStates(open.shared, states);

  /** Gives an account an authenticator app beside its passkey. */
  async function addApp(accountId: string): Promise<void> {
    const { factorChanges, factors } = server.context;
    const { secret, sealed } = factors.beginTotp(accountId);
    const code = codeOf(new Secret({ buffer: new Uint8Array(secret).buffer }).base32);
    const request = { address: '192.0.2.1', requestId: null, userAgent: null };
    await factorChanges.addAuthenticator(accountId, sealed, code, request);
    await letTimePass(server);
  }
});
