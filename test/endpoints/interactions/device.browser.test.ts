import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { DEVICE_CODE_GRANT, pollOnce } from '../../harness/protocol/device.js';
import { later } from '../../harness/common/later.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
let config: oidc.Configuration;
beforeAll(async () => {
  server = await startTestServer();
  const client = await server.register({
    client_name: 'Living room television',
    grant_types: [DEVICE_CODE_GRANT],
    redirect_uris: [],
    scopes: ['openid', 'email'],
  });
  config = await relyingParty(server, client);
});
afterAll(() => server.close());

const askForCode = () => oidc.initiateDeviceAuthorization(config, { scope: 'openid email' });

/** What the device learns when it asks once: why there are no tokens. */
const refusal = (device: oidc.DeviceAuthorizationResponse) =>
  pollOnce(config, device).then(
    () => 'none',
    (error: unknown) => (error instanceof oidc.ResponseBodyError ? error.error : error),
  );

async function enter(page: Page, code: string): Promise<void> {
  await page.getByLabel('Code').fill(code);
  await page.getByRole('button', { name: 'Continue' }).click();
}

describeWithBrowser('device', (open) => {
  test.each([{ javaScriptEnabled: true }, { javaScriptEnabled: false }])(
    'is authorized by a person who types its code, however it is written: %j',
    async (options) => {
      const page = await open(options);
      const device = await askForCode();
      expect(await refusal(device)).toBe('authorization_pending');
      await page.goto(device.verification_uri);
      await enter(page, device.user_code.replace('-', ' ').toLowerCase());

      await page.getByRole('heading', { name: 'Is this your device?' }).waitFor();
      expect(await page.getByText(device.user_code, { exact: true }).isVisible()).toBe(true);
      expect(await page.getByText('Living room television').isVisible()).toBe(true);
      await page.getByRole('button', { name: 'Yes, go on' }).click();
      const person = await server.person();
      await signInOn(page, person);
      expect(await page.locator('.destination').innerText()).toContain('the device');
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.getByRole('heading', { name: 'Your device is connected' }).waitFor();

      const tokens = await pollOnce(config, device);
      expect(tokens.claims()?.sub).toBe(person.id);
    },
  );

  test.each([{ javaScriptEnabled: true }, { javaScriptEnabled: false }])(
    'brings its code along in the address that it shows as a picture: %j',
    async (options) => {
      const page = await open(options);
      const device = await askForCode();
      await page.goto(device.verification_uri_complete as string);
      if (!options.javaScriptEnabled) await page.getByRole('button').click();
      await page.getByRole('heading', { name: 'Is this your device?' }).waitFor();
      expect(await page.getByText(device.user_code, { exact: true }).isVisible()).toBe(true);
    },
  );

  test('is refused by a person who does not know it', async () => {
    const page = await open();
    const device = await askForCode();
    await page.goto(device.verification_uri);
    await enter(page, device.user_code);
    await page.getByRole('button', { name: 'No, it is not' }).click();
    expect(await page.getByRole('status').innerText()).toContain('The device was not let in');
    expect(await refusal(device)).toBe('access_denied');
  });

  test('code with markup in it comes back as text', async () => {
    const page = await open();
    const markup = '"><img src=x onerror=alert(1)>';
    await page.goto(`${server.issuer}/device`);
    await enter(page, markup);
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Code').inputValue()).toBe(markup);
    expect(await page.locator('img').count()).toBe(0);
  });

  test('learns that consent was denied', async () => {
    const page = await open();
    const device = await askForCode();
    await page.goto(device.verification_uri);
    await enter(page, device.user_code);
    await page.getByRole('button', { name: 'Yes, go on' }).click();
    await signInOn(page, await server.person());
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('The device was not let in').waitFor();
    expect(await refusal(device)).toBe('access_denied');
  });

  test('codes that are wrong, used or expired get one answer', async () => {
    const page = await open();
    const used = await askForCode();
    const expired = await askForCode();
    await page.goto(used.verification_uri);
    await enter(page, used.user_code);
    await page.getByRole('button', { name: 'No, it is not' }).click();
    const answers = [];
    for (const code of ['BCDF-GHJK', used.user_code, expired.user_code]) {
      const seconds = code === expired.user_code ? 700 : 0;
      answers.push(
        await later(seconds, async () => {
          // The page's own session has ended by then.
          if (seconds > 0) await page.goto(used.verification_uri);
          await enter(page, code);
          return page.getByRole('alert').innerText();
        }),
      );
      expect(await page.getByLabel('Code').getAttribute('aria-invalid')).toBe('true');
      await page.waitForFunction("document.activeElement.id === 'user_code'");
    }
    expect(answers[0]).toMatch(/not valid/);
    expect(new Set(answers).size).toBe(1);
  });
});
