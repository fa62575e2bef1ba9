import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { auditPage } from '../../harness/browser/page-audit.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describeWithBrowser('the start page', (open) => {
  test('is well built, fits every screen and leads to the API reference', async () => {
    const page = await open();
    await page.goto(server.issuer);
    expect(await auditPage(page)).toEqual([]);
    await page.getByRole('link', { name: 'Admin API reference' }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/admin/v1/docs');
    // Folded on narrow screens, where the label of the filter is not rendered.
    await page.evaluate(`document.querySelector('details:has(#q)').open = true`);
    expect(await auditPage(page)).toEqual([]);
  });
});
