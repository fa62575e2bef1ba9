import { expect, test } from '@jest/globals';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { codeOf } from '../../harness/factors/second-factors.js';
import { secondFactorFixture } from '../../harness/browser/second-factor-fixture.js';

const { server, redirectUri, request, arrive, withPasskey, withApp } = await secondFactorFixture();

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
