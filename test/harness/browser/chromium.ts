import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { startSharedProcess } from '../process/shared-process.js';

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

/** Pages behave as in a browser in front of a person who does nothing else, and the same each time. */
const CONTROLLED = [
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-breakpad',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-extensions',
  '--disable-field-trial-config',
  '--disable-hang-monitor',
  '--disable-ipc-flooding-protection',
  '--disable-popup-blocking',
  '--disable-prompt-on-repost',
  '--force-color-profile=srgb',
  '--hide-scrollbars',
  '--mute-audio',
  '--password-store=basic',
  '--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4',
];

const HOST = fileURLToPath(new URL('browser-host.js', import.meta.url));

let address: Promise<string> | undefined;

/** Starts Chromium. Throws where there is none. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  return chromium.launch({ args: ARGUMENTS, ...(executablePath && { executablePath }) });
}

/**
 * The program, and the arguments with which it is controlled at an address that it says on standard error: much of what
 * Playwright starts it with. Throws where there is none.
 */
export function controlledChromium(profile: string): [program: string, args: string[]] {
  const program = findChromium();
  if (program === undefined) throw new Error('there is no Chromium');
  const args = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...CONTROLLED];
  return [program, [...args, ...ARGUMENTS, 'about:blank']];
}

/**
 * Connects to the Chromium that all test files of this process share: a start takes some three seconds of CPU. What a
 * connection opened ends with it.
 */
export async function connectToChromium(): Promise<Browser> {
  address ??= startHost();
  address.catch(() => (address = undefined));
  return chromium.connectOverCDP(await address);
}

async function startHost(): Promise<string> {
  const { child, message } = await startSharedProcess(HOST);
  child.once('exit', () => (address = undefined));
  // Nothing of what it says is read any more.
  for (const stream of [child.stdout, child.stderr]) stream?.resume();
  return message as string;
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
