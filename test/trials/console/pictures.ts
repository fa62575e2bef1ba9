import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { launchChromium } from '../../harness/browser/chromium.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { makeOperator, PROJECT } from '../../harness/pages/console-agent.js';
import setUp from '../../harness/run/global-setup.js';
import tearDown from '../../harness/run/global-teardown.js';
import { fillConsole } from './example-data.js';

const { values: options } = parseArgs({
  options: {
    folder: { type: 'string', default: join(tmpdir(), 'postern-console-pictures') },
    widths: { type: 'string', default: '340,1280' },
    schemes: { type: 'string', default: 'light,dark' },
    /** Pages by name, separated by commas; all without it. */
    only: { type: 'string' },
    /** Makes those of the documents instead. */
    documents: { type: 'boolean', default: false },
  },
});
const IN_DOCUMENTS = ['home', 'audit'];

const pagesOf = (clientId: string): Record<string, string> => ({
  home: PROJECT,
  'client-usage': `${PROJECT}/clients/${clientId}/usage`,
  audit: `${PROJECT}/audit`,
  keys: '/console/keys',
  'keys-rotate': '/console/keys?rotate',
  settings: '/console/settings',
  jobs: '/console/jobs?state=dead',
  mailbox: '/console/mailbox',
  webhooks: '/console/webhooks',
  'webhook-new': '/console/webhooks/new',
  reference: '/console/reference',
});

async function signIn(page: Page, server: TestServer): Promise<void> {
  const person = await makeOperator(server);
  await page.goto(`${server.issuer}/console`);
  await page.getByLabel('E-mail address').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/console/**');
}

async function take(page: Page, path: string, width: number, scheme: string): Promise<void> {
  await page.setViewportSize({ width, height: 700 });
  await page.emulateMedia({ colorScheme: scheme === 'dark' ? 'dark' : 'light', reducedMotion: 'reduce' });
  await page.screenshot({ path, fullPage: !options.documents });
}

const folder = options.documents ? 'docs/images' : options.folder;
await mkdir(folder, { recursive: true });
await setUp();
const server = await startTestServer();
const browser = await launchChromium();
try {
  const pages = pagesOf(await fillConsole(server));
  const page = await browser.newPage();
  await signIn(page, server);
  const wanted = options.documents ? IN_DOCUMENTS : (options.only?.split(',') ?? Object.keys(pages));
  const widths = options.documents ? ['1280'] : options.widths.split(',');
  const schemes = options.documents ? ['light'] : options.schemes.split(',');
  for (const name of wanted) {
    await page.goto(server.issuer + (pages[name] ?? ''));
    for (const width of widths)
      for (const scheme of schemes) {
        const file = options.documents ? `console-${name}.png` : `${name}-${width}-${scheme}.png`;
        await take(page, join(folder, file), Number(width), scheme);
      }
  }
} finally {
  await browser.close();
  await server.close();
  await tearDown();
}
