import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { connectToChromium, findChromium } from './chromium.js';
import { removeVirtualAuthenticators } from './virtual-authenticator.js';

/** Opens an empty page in a browser without cookies. */
export interface OpenPage {
  (options?: BrowserContextOptions): Promise<Page>;
  /** Empties the one page that the group has for such tests: a new browser context costs most of a second of CPU. */
  shared: (options?: SharedPageOptions) => Promise<Page>;
}

/** Of the state of a browser only its cookies are put back. */
interface SharedPageOptions {
  javaScriptEnabled?: boolean;
  storageState?: Awaited<ReturnType<BrowserContext['storageState']>>;
}

const VIEWPORT = { width: 1280, height: 720 };

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
      browser = await connectToChromium();
    });
    afterEach(async () => {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      expect(complaints.splice(0)).toEqual([]);
    });
    afterAll(() => browser?.close());

    const newPage = async (options?: BrowserContextOptions) => {
      if (!browser) throw new Error('pages are opened within a test');
      const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: VIEWPORT, ...options });
      const page = await context.newPage();
      listen(page, (complaint) => complaints.push(complaint));
      return page;
    };
    const shared = new Map<boolean, Promise<Page>>();

    const open: OpenPage = Object.assign(
      async (options?: BrowserContextOptions) => {
        const page = await newPage(options);
        contexts.push(page.context());
        return page;
      },
      {
        shared: async ({ javaScriptEnabled = true, storageState }: SharedPageOptions = {}) => {
          const opened = shared.get(javaScriptEnabled) ?? newPage({ javaScriptEnabled });
          shared.set(javaScriptEnabled, opened);
          const page = await opened;
          await page.goto('about:blank');
          await removeVirtualAuthenticators(page);
          await page.context().clearCookies();
          await page.context().addCookies(storageState?.cookies ?? []);
          await page.emulateMedia({ colorScheme: null, reducedMotion: null, forcedColors: null });
          await page.setViewportSize(VIEWPORT);
          return page;
        },
      },
    );
    body(open);
  });
}

/** Opens the shared page for somebody whom `signIn` signs in once. */
export function sharedSignedIn(
  open: OpenPage,
  signIn: (page: Page) => Promise<unknown>,
): () => Promise<Page> {
  let storageState: SharedPageOptions['storageState'];
  return async () => {
    if (storageState === undefined) {
      const page = await open.shared();
      await signIn(page);
      storageState = await page.context().storageState();
    }
    return open.shared({ storageState });
  };
}

function listen(page: Page, complain: (complaint: string) => void): void {
  page.on('console', (message) => {
    // Chromium reports the status of a page that is an error on purpose.
    if (
      /^Failed to load resource.* status of 4\d\d/.test(message.text()) &&
      message.location().url === page.url()
    )
      return;
    // A test may write into a field before the first frame, with which Chromium focuses the field that asks for it.
    if (message.text().startsWith('Autofocus processing was blocked because a document already has')) return;
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
