import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { AUDIT, AXE_RUN, BOUNDARIES, TRANSLATED, WATCH_FOCUS } from './page-measures.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What is wrong with how a page is built (axe, one main heading, landmarks, labels, names, one filled button) or looks
 * (contrast of WCAG 2.2 AA, nothing sticks out): on a narrow screen and a wide one, in light and in dark, in forced colours,
 * with longer words, from right to left, and with the keyboard. The page is as before afterwards, but for its focus.
 */
export async function auditPage(page: Page): Promise<string[]> {
  const problems: string[] = [];
  const add = (where: string, found: string[]) => problems.push(...found.map((text) => `${where}: ${text}`));
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    add(`${String(width)} light`, await page.evaluate<string[]>(AUDIT));
    add(`${String(width)} translated`, await page.evaluate<string[]>(TRANSLATED));
  }
  await loadAxe(page);
  add('axe', await page.evaluate<string[]>(AXE_RUN));
  await page.emulateMedia({ forcedColors: 'active' });
  add('forced colours', await page.evaluate<string[]>(BOUNDARIES));
  await page.emulateMedia({ forcedColors: 'none', colorScheme: 'dark' });
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 800 });
    add(`${String(width)} dark`, await page.evaluate<string[]>(AUDIT));
  }
  await page.emulateMedia({ colorScheme: 'light' });
  add('keyboard', await auditKeyboard(page));
  return [...new Set(problems)];
}

/** Past Playwright, which would hand over half a megabyte as an argument and evaluate it as one, at twice the CPU. */
async function loadAxe(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { exceptionDetails } = await session.send('Runtime.evaluate', { expression: `${AXE};0` });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  await session.detach();
}

/** Walks through a narrow page with the Tab key. */
async function auditKeyboard(page: Page): Promise<string[]> {
  await page.setViewportSize({ width: 340, height: 700 });
  await page.evaluate('document.activeElement?.blur(); scrollTo(0, 0)');
  const stops = await page.evaluate<number>(
    `[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')].filter((element) => element.checkVisibility() && !element.disabled).length`,
  );
  const watch = await page.evaluateHandle<() => string[]>(WATCH_FOCUS);
  for (let press = 0; press < stops + 2; press++) await page.keyboard.press('Tab');
  const found = await watch.evaluate((end) => end());
  await watch.dispose();
  const problems = found.filter((text) => text.startsWith('focus'));
  if (stops > 0 && found.length === problems.length) problems.push('the Tab key reaches nothing');
  return problems;
}

/** A state of a page: its name, its main heading, and how to get there in a browser without cookies. */
export type PageState = [name: string, heading: string, visit: (page: Page) => Promise<unknown>];

/** One test for each state: it is reached, and nothing is wrong with it. For use inside `describeWithBrowser`. */
export function auditStates(open: () => Promise<Page>, states: readonly PageState[]): void {
  test.each([...states])('"%s" is usable on every screen', async (_name, heading, visit) => {
    const page = await open();
    await visit(page);
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    expect(await auditPage(page)).toEqual([]);
  });
}
