import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { signInOn } from '../../harness/browser/sign-in-form.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';

const CALLBACK = 'com.example.notes:/callback';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describeWithBrowser('an app with a callback of its own scheme', (open) => {
  test.each([
    ['Allow', 'code'],
    ['Deny', 'error'],
  ] as const)('is opened by %s', async (button, parameter) => {
    const client = await server.register({
      client_name: 'Notes',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: [CALLBACK],
    });
    const config = await relyingParty(server, client);
    const { url } = await authorizationRequest(config, { redirect_uri: CALLBACK, scope: 'openid' });
    const page = await open();
    await page.goto(url.href);
    await signInOn(page, await server.person());
    const destination = page.locator('.destination');
    expect(await destination.innerText()).toBe(
      'You will be sent to an app on this device, under com.example.notes:',
    );

    // No app is installed here: the browser asks the system to open the address, and stays on the page.
    const opened = page.waitForRequest((request) => request.url().startsWith(CALLBACK));
    await page.getByRole('button', { name: button }).click();
    expect(new URL((await opened).url()).searchParams.has(parameter)).toBe(true);
  });
});
