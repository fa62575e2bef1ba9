import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { Secret } from 'otpauth';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { type LocalSite, startSite } from '../../harness/browser/local-site.js';
import { auditStates, type PageState } from '../../harness/browser/page-audit.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { addVirtualAuthenticator } from '../../harness/browser/virtual-authenticator.js';
import { codeOf, essentialAcr, letTimePass } from '../../harness/factors/second-factors.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import {
  type Authorization,
  authorizationRequest,
  relyingParty,
} from '../../harness/protocol/relying-party.js';

let server: TestServer;
let site: LocalSite;
let config: oidc.Configuration;
let redirectUri: string;

beforeAll(async () => {
  [server, site] = await Promise.all([
    startTestServer({ env: { SECOND_FACTOR_ATTEMPTS: '100' } }),
    startSite(),
  ]);
  redirectUri = `${site.origin}/callback`;
  const client = await server.register({
    client_name: 'Paper & Ink',
    redirect_uris: [redirectUri],
    first_party: true,
  });
  config = await relyingParty(server, client);
});
afterAll(async () => {
  await site.close();
  await server.close();
});

const request = (parameters: Record<string, string> = {}) =>
  authorizationRequest(config, { redirect_uri: redirectUri, scope: 'openid', ...parameters });

/** Waits for the way back to the relying party; the claims of the ID token. */
async function arrive(page: Page, { checks }: Authorization) {
  await page.waitForURL(`${redirectUri}?**`);
  const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url()), checks);
  return tokens.claims();
}

/** A page on which a person has set a passkey up, and is signed out again. */
async function withPasskey(page: Page, options?: { fillsIn: boolean }) {
  const person = await server.person();
  const authenticator = await addVirtualAuthenticator(page, options);
  if (options?.fillsIn) await authenticator.touches(false);
  const insisting = await request(essentialAcr('phr'));
  await page.goto(insisting.url.href);
  await signInOn(page, person);
  await page.getByRole('heading', { name: 'Set up a passkey' }).waitFor();
  await authenticator.touches(true);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
  const recoveryCodes = await page
    .getByRole('list', { name: 'Recovery codes' })
    .getByRole('listitem')
    .allInnerTexts();
  await page.getByRole('link', { name: 'continue' }).click();
  const claims = await arrive(page, insisting);
  await page.context().clearCookies();
  return { person, authenticator, recoveryCodes, claims };
}

/** Sets an authenticator app up on a page and signs out again; the key that is shown. */
async function withApp(page: Page, person: { email: string; password: string }): Promise<string> {
  const insisting = await request(essentialAcr('urn:postern:2fa'));
  await page.goto(insisting.url.href);
  await signInOn(page, person);
  await page.getByRole('link', { name: 'Use an authenticator app' }).click();
  const secret = await page.locator('#key').innerText();
  await page.getByLabel('Code', { exact: true }).fill(codeOf(secret));
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('link', { name: 'continue' }).click();
  await page.waitForURL(`${redirectUri}?**`);
  await page.context().clearCookies();
  await letTimePass(server);
  return secret;
}

describeWithBrowser('a passkey', (open) => {
  test('is set up, signs in alone, and answers after a password', async () => {
    const page = await open();
    const { person, authenticator, recoveryCodes, claims } = await withPasskey(page);
    expect(claims).toMatchObject({ sub: person.id, acr: 'phr', amr: ['pwd', 'hwk', 'user', 'mfa'] });
    expect(recoveryCodes).toHaveLength(10);
    expect(await authenticator.count()).toBe(1);

    const alone = await request();
    await page.goto(alone.url.href);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    expect(await arrive(page, alone)).toMatchObject({
      sub: person.id,
      acr: 'phr',
      amr: ['hwk', 'user', 'mfa'],
    });

    await page.context().clearCookies();
    const stepped = await request();
    await page.goto(stepped.url.href);
    await signInOn(page, person);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    expect(await arrive(page, stepped)).toMatchObject({ acr: 'phr', amr: ['pwd', 'hwk', 'user', 'mfa'] });
  });

  test('is offered in the address field, without the button', async () => {
    const page = await open();
    const { person, authenticator } = await withPasskey(page, { fillsIn: true });
    await authenticator.touches(true);
    const filled = await request();
    await page.goto(filled.url.href);
    expect(await arrive(page, filled)).toMatchObject({
      sub: person.id,
      acr: 'phr',
      amr: ['hwk', 'user', 'mfa'],
    });
  });

  test('that is not verified, or missing, leaves the page with a reason and the other ways', async () => {
    const page = await open();
    const { person, authenticator } = await withPasskey(page);
    await page.goto((await request()).url.href);
    await signInOn(page, person);
    await authenticator.clear();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText('No passkey was used').waitFor();
    expect(await page.getByRole('button', { name: 'Use a passkey' }).isEnabled()).toBe(true);
    expect(await page.getByRole('link', { name: 'Lost your passkey?' }).isVisible()).toBe(true);
  });

  test('is replaced by a recovery code when it is lost', async () => {
    const page = await open();
    const { person, recoveryCodes } = await withPasskey(page);
    const lost = await request();
    await page.goto(lost.url.href);
    await signInOn(page, person);
    await page.getByRole('link', { name: 'Lost your passkey?' }).click();
    await page.getByLabel('Recovery code').fill(recoveryCodes[0] ?? '');
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await arrive(page, lost)).toMatchObject({ acr: 'urn:postern:2fa' });
  });
});

describeWithBrowser('an authenticator app', (open) => {
  test('is set up and used without JavaScript', async () => {
    const page = await open({ javaScriptEnabled: false });
    const person = await server.person();
    const secret = await withApp(page, person);
    const next = await request();
    await page.goto(next.url.href);
    expect(await page.getByRole('button', { name: 'passkey' }).count()).toBe(0);
    await signInOn(page, person);
    await page.getByLabel('Code', { exact: true }).fill(codeOf(secret));
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await arrive(page, next)).toMatchObject({ acr: 'urn:postern:2fa', amr: ['pwd', 'otp', 'mfa'] });
  });

  test('is not asked for again in a browser that is trusted', async () => {
    const page = await open();
    const person = await server.person();
    const secret = await withApp(page, person);
    await page.goto((await request()).url.href);
    await signInOn(page, person);
    expect(await page.getByLabel('Do not ask in this browser').isChecked()).toBe(false);
    await page.getByLabel('Code', { exact: true }).fill(codeOf(secret));
    await page.getByLabel('Do not ask in this browser').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${redirectUri}?**`);
    await page.context().clearCookies({ name: 'postern_session' });
    const again = await request();
    await page.goto(again.url.href);
    await signInOn(page, person);
    expect(await arrive(page, again)).toMatchObject({ acr: 'urn:postern:pwd' });
  });
});

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
  auditStates(open, states);

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
