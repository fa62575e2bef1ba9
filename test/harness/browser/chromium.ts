import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserServer, chromium } from 'playwright-core';
import { startSharedProcess } from '../run/shared-process.js';

/** The browser without windows first: it takes a third of the CPU. */
const PROGRAMS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser'];
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page lives too short for optimized code to be worth the CPU that it takes to make: a tenth of that of an audit.
  '--js-flags=--no-opt --no-maglev',
];

const HOST = fileURLToPath(new URL('browser-host.js', import.meta.url));

let address: Promise<string> | undefined;

/** Starts Chromium. Throws where there is none. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch(launchOptions());
}

/** Starts Chromium for several connections. Throws where there is none. */
export function launchChromiumServer(): Promise<BrowserServer> {
  return chromium.launchServer({ host: '127.0.0.1', ...launchOptions() });
}

/**
 * Connects to the Chromium that all test files of this process share: a start takes some three seconds of CPU. What a
 * connection opened ends with it.
 */
export async function connectToChromium(): Promise<Browser> {
  address ??= startHost();
  address.catch(() => (address = undefined));
  return chromium.connect(await address);
}

async function startHost(): Promise<string> {
  const { child, message } = await startSharedProcess(HOST);
  child.once('exit', () => (address = undefined));
  // Nothing of what it says is read any more.
  for (const stream of [child.stdout, child.stderr]) stream?.resume();
  return message as string;
}

function launchOptions() {
  const executablePath = findChromium();
  return { args: ARGUMENTS, ...(executablePath && { executablePath }) };
}

/** The program; undefined where there is none. */
export function findChromium(): string | undefined {
  const inPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'google-chrome'));
  return [...PROGRAMS, ...inPath].find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
