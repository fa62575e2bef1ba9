import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { findChromium, launchChromium } from './chromium.js';

/** Opens an empty page in a browser without cookies. */
export type OpenPage = (options?: BrowserContextOptions) => Promise<Page>;

/**
 * A group of tests in Chromium, which are reported as skipped where there is none. Each fails when a page that it saw
 * broke its own policy, or had anything to say on the console.
 */
export function describeWithBrowser(name: string, body: (open: OpenPage) => void): void {
  const group = findChromium() === undefined ? describe.skip : describe;
  group(name, () => {
    let browser: Browser | undefined;
    const contexts: BrowserContext[] = [];
    const complaints: string[] = [];

    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterEach(async () => {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      expect(complaints.splice(0)).toEqual([]);
    });
    afterAll(() => browser?.close());

    body(async (options) => {
      if (!browser) throw new Error('pages are opened within a test');
      const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
      contexts.push(context);
      const page = await context.newPage();
      listen(page, (complaint) => complaints.push(complaint));
      return page;
    });
  });
}

function listen(page: Page, complain: (complaint: string) => void): void {
  page.on('console', (message) => {
    // Chromium reports the status of a page that is an error on purpose.
    if (
      /^Failed to load resource.* status of 4\d\d/.test(message.text()) &&
      message.location().url === page.url()
    )
      return;
    // Chromium says what signing out cleared.
    if (/^Clear-Site-Data header on .*: Cleared data types: "cache"\.$/.test(message.text())) return;
    complain(`console ${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complain(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complain(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
}
