import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { launchChromium } from '../../harness/browser/chromium.js';
import { freePort } from '../../harness/nodes/test-server.js';
import setUp from '../../harness/run/global-setup.js';
import tearDown from '../../harness/run/global-teardown.js';
import { journey, type Show } from './journey.js';
import { setStage } from './stage.js';

const { values: options } = parseArgs({
  options: {
    folder: { type: 'string', default: join(tmpdir(), 'postern-pictures') },
    widths: { type: 'string', default: '340,1280' },
    schemes: { type: 'string', default: 'light,dark' },
    /** Makes those of the documents instead. */
    documents: { type: 'boolean', default: false },
  },
});

/** The steps that documents show, and the width of their pictures. */
const IN_DOCUMENTS: Readonly<Record<string, number>> = {
  'sign-up': 520,
  'second-factor-passkey': 520,
  overview: 1000,
  security: 1000,
  'applications-revoke': 1000,
  sessions: 1000,
};
const DOCUMENTS_FOLDER = 'docs/images';
/** The port in the pictures of documents, so that they do not differ each time. */
const DOCUMENTS_PORT = 3000;

/** The screen on which the journey is made. */
const DESKTOP = { width: 1280, height: 800 };

let count = 0;

async function take(page: Page, path: string, width: number, colorScheme: string): Promise<void> {
  await page.setViewportSize({ width, height: 600 });
  await page.emulateMedia({
    colorScheme: colorScheme === 'dark' ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  await page.screenshot({ path, fullPage: true });
  await page.setViewportSize(DESKTOP);
}

/** Every page in every width and colour scheme, numbered in the order of the journey. */
const everything: Show = async (name, page) => {
  const number = String(++count).padStart(2, '0');
  for (const width of options.widths.split(',')) {
    for (const scheme of options.schemes.split(',')) {
      const path = join(options.folder, `${number}-${name}-${width}-${scheme}.png`);
      await take(page, path, Number(width), scheme);
    }
  }
};

const ofDocuments: Show = async (name, page) => {
  const width = IN_DOCUMENTS[name];
  if (width !== undefined) await take(page, join(DOCUMENTS_FOLDER, `account-${name}.png`), width, 'light');
};

const show = options.documents ? ofDocuments : everything;
await mkdir(options.folder, { recursive: true });
if (!options.documents) process.stdout.write(`The pictures are in ${options.folder}.\n`);
await setUp();
try {
  const stage = await setStage(options.documents ? DOCUMENTS_PORT : await freePort());
  const browser = await launchChromium();
  try {
    await journey(stage, () => browser.newPage(), show).catch(async (error: unknown) => {
      const pages = browser.contexts().flatMap((context) => context.pages());
      for (const page of pages) await everything('failed', page);
      throw error;
    });
  } finally {
    await browser.close();
    await stage.close();
  }
} finally {
  await tearDown();
}
