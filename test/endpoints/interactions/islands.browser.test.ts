import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../harness/common/eventually.js';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { SUPPORT_URL: 'https://help.people.example/' } });
});
afterAll(() => server.close());

describeWithBrowser('with scripts', (open) => {
  test('a password can be shown and hidden, and is a password again when it is sent', async () => {
    const page = await open();
    await page.goto(`${server.issuer}/account`);
    const password = page.getByLabel('Password');
    await password.fill('correct horse');
    await page.getByRole('button', { name: 'Show the password' }).click();
    expect(await password.getAttribute('type')).toBe('text');
    await page.getByRole('button', { name: 'Hide the password' }).click();
    expect(await password.getAttribute('type')).toBe('password');
    expect(await page.getByRole('button', { name: 'Show the password' }).isVisible()).toBe(true);

    await page.getByRole('button', { name: 'Show the password' }).click();
    const types: string[] = [];
    await page.exposeFunction('note', (type: string) => types.push(type));
    await page.evaluate(
      `document.querySelector('form').addEventListener('submit', (event) => { event.preventDefault(); note(document.getElementById('password').type); })`,
    );
    await page.getByLabel('E-mail address').fill('ada@people.example');
    await page.keyboard.press('Enter');
    await eventually(() => types.length > 0);
    expect(types).toEqual(['password']);
  });

  test('the number of a request can be copied', async () => {
    const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    const answer = await page.goto(`${server.issuer}/nothing`);
    await page.getByRole('button', { name: 'Copy the request number' }).click();
    await page.getByText('Copied', { exact: true }).waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toBe(answer?.headers()['x-request-id']);
    await page.getByRole('button', { name: 'Copy the request number' }).waitFor();
  });

  test('the code of a device is written in groups of four, unless the person corrects it or types no code', async () => {
    const page = await open();
    await page.goto(`${server.issuer}/device`);
    const code = page.getByLabel('Code');
    await code.pressSequentially('bcdf ghjk');
    expect(await code.inputValue()).toBe('bcdf-ghjk');
    await code.press('Home');
    await code.press('Delete');
    expect(await code.inputValue()).toBe('cdf-ghjk');
    await code.fill('"><b>');
    expect(await code.inputValue()).toBe('"><b>');
  });
});

describeWithBrowser('without scripts', (open) => {
  test('there is no button that would need one, and help is found', async () => {
    const page = await open({ javaScriptEnabled: false });
    await page.goto(`${server.issuer}/account`);
    const names = await page.getByRole('button').allInnerTexts();
    expect(names).toEqual(['Sign in', 'Cancel']);
    const help = page.getByRole('link', { name: 'Help' });
    expect(await help.getAttribute('href')).toBe('https://help.people.example/');
    await page.goto(`${server.issuer}/nothing`);
    expect(await page.getByRole('button').count()).toBe(0);
  });
});
