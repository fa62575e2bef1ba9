import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Whether rules of axe hold; those that `AUDIT` checks in its own way, or that are no rule of WCAG 2.2 AA, are not asked.
 */
const axeRun = (
  rules: string,
) => `axe.run(document, { runOnly: ${rules}, resultTypes: ['violations'], selectors: false })
  .then(({ violations }) =>
    violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => 'axe ' + id + ': ' + html.slice(0, 160) + ' ' + failureSummary.slice(0, 160)),
    ),
  )`;
const AXE_RUN = axeRun("['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']");
/** The rules whose outcome depends on colours. */
const AXE_COLOURS = axeRun("{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }");

/** What measures run in the page; the project is compiled without the browser's types. */
const MEASURES = String.raw`
  const problems = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const named = (element) => element.outerHTML.replace(/\s+/g, ' ').slice(0, 120);
  const isHidden = (element) => element.closest('.unseen, .skip:not(:focus)') || !element.checkVisibility();
  const overflow = () => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) problems.push('scrolls sideways');
    for (const element of all('body *')) {
      if (isHidden(element)) continue;
      const box = element.getBoundingClientRect();
      if (box.right > width + 0.5 || box.left < -0.5) problems.push('sticks out: ' + named(element));
    }
  };
`;

const AUDIT = String.raw`(() => {
  ${MEASURES}
  const one = (selector) => {
    if (all(selector).length !== 1) problems.push(all(selector).length + ' elements are ' + selector);
  };
  ['html[lang]', 'main', 'body > header', 'h1', 'head > title', 'meta[name=viewport]'].forEach(one);
  if (!all('h1')[0]?.innerText.trim()) problems.push('the heading is empty');

  for (const input of all('input:not([type=hidden], [hidden]), select, textarea')) {
    // What is folded has no innerText.
    if (!input.checkVisibility()) continue;
    const label = [...input.labels].map((text) => text.innerText.trim()).join(' ');
    if (!label) problems.push('no label: ' + named(input));
  }
  for (const button of all('button, a')) {
    if (button.checkVisibility() && !button.innerText.trim()) problems.push('no name: ' + named(button));
  }
  for (const image of all('img')) if (!image.hasAttribute('alt')) problems.push('no alt: ' + named(image));
  for (const attribute of ['aria-describedby', 'aria-labelledby', 'form']) {
    for (const element of all('[' + attribute + ']')) {
      for (const id of element.getAttribute(attribute).split(/\s+/)) {
        if (!document.getElementById(id)) problems.push(attribute + ' leads nowhere: ' + named(element));
      }
    }
  }
  const ids = all('[id]').map((element) => element.id);
  if (new Set(ids).size < ids.length) problems.push('an id comes twice: ' + ids);
  let level = 1;
  for (const heading of all('h1, h2, h3, h4')) {
    if (heading.tagName[1] - level > 1) problems.push('a level is left out before ' + named(heading));
    level = Number(heading.tagName[1]);
  }
  for (const script of all('script')) {
    if (!/^\/assets\/[a-z-]+\.[0-9a-f]{16}\.js$/.test(script.getAttribute('src') ?? '') || script.textContent)
      problems.push('a script is no island: ' + named(script));
  }
  if (all('.primary').filter((element) => !isHidden(element)).length > 1) problems.push('two filled buttons');

  overflow();
  for (const address of all('main bdi')) {
    if (/^[^@\s]+@[^@\s]+$/.test(address.textContent) && !address.querySelector('wbr') && !document.querySelector('body.console'))
      problems.push('an address that breaks anywhere: ' + named(address));
  }
  for (const text of all('h1').flatMap((heading) => [...heading.querySelectorAll('*'), heading]).flatMap((element) => [...element.childNodes])) {
    if (text.nodeType !== Node.TEXT_NODE) continue;
    for (const { 0: word, index } of text.data.matchAll(/\S+-\S+/g)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (word.length < 20 && lines.size > 1) problems.push('a word of the heading is broken: ' + word);
    }
  }

  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if ((channels(color)[3] ?? 1) === 1) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || isHidden(element)) continue;
    const color = getComputedStyle(element).color;
    if (!/^rgb/.test(color) || !/^rgb/.test(ground(element))) continue;
    const [dark, light] = [luminance(color), luminance(ground(element))].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) problems.push('contrast ' + ratio.toFixed(2) + ': ' + named(element));
  }
  return problems;
})()`;

/**
 * Measures the page in another language and puts it back: words are 40 % longer and have accents, and the text runs from
 * right to left if so wanted. What is data (`bdi`, `code`) keeps its letters.
 */
const TRANSLATED = (direction: 'ltr' | 'rtl') => String.raw`(() => {
  ${MEASURES}
  const accents = { a: 'ä', e: 'é', i: 'ï', o: 'ö', u: 'ü', A: 'Ä', E: 'É', I: 'Ï', O: 'Ö', U: 'Ü' };
  const longer = (word) =>
    word.replace(/[aeiou]/gi, (letter) => accents[letter]) + 'ñ'.repeat(Math.round(word.length * 0.4));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const originals = [];
  while (texts.nextNode()) {
    const node = texts.currentNode;
    if (!node.data.trim() || node.parentElement.closest('bdi, code, .code, script')) continue;
    originals.push([node, node.data]);
  }
  for (const [node, text] of originals) node.data = text.replace(/[a-z]{2,}/gi, longer);
  document.documentElement.dir = '${direction}';
  overflow();
  for (const [node, text] of originals) node.data = text;
  document.documentElement.removeAttribute('dir');
  return problems;
})()`;

/** In forced colours a background says nothing: controls, badges and messages need a border to be seen as such. */
const BOUNDARIES = String.raw`(() => {
  ${MEASURES}
  for (const element of all('button:not(.link), .button, input:not([type=hidden]), select, .badge, .notice, .publisher, .problem, .decision')) {
    if (isHidden(element) || ['checkbox', 'radio'].includes(element.type)) continue;
    const { borderTopStyle, borderTopWidth } = getComputedStyle(element);
    if (borderTopStyle === 'none' || parseFloat(borderTopWidth) < 1) problems.push('no border: ' + named(element));
  }
  return problems;
})()`;

/** What is wrong with the element that has the focus: it is out of sight, covered, or not marked. */
const FOCUS = String.raw`(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return '';
  const named = element.outerHTML.replace(/\s+/g, ' ').slice(0, 120);
  // Of a link that goes over several lines the first.
  const [box = element.getBoundingClientRect()] = element.getClientRects();
  // Of a text area the browser brings the line of the caret into sight, not all of it.
  const [x, y] = [box.left + box.width / 2, (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2];
  const top = document.elementFromPoint(x, y);
  const isSeen = top && (element.contains(top) || top.contains(element) || element.labels?.[0]?.contains(top));
  const outlined = [element, element.closest('.row')].some(
    (at) => at && getComputedStyle(at).outlineStyle !== 'none' && parseFloat(getComputedStyle(at).outlineWidth) >= 2,
  );
  if (!isSeen) return 'focus out of sight or covered: ' + named;
  return outlined ? 'seen ' + named : 'focus without a mark: ' + named;
})()`;

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
    for (const direction of ['ltr', 'rtl'] as const) {
      add(`${String(width)} translated ${direction}`, await page.evaluate<string[]>(TRANSLATED(direction)));
    }
  }
  await page.evaluate(AXE);
  add('light', await page.evaluate<string[]>(AXE_RUN));
  await page.emulateMedia({ colorScheme: 'dark' });
  add('dark', await page.evaluate<string[]>(AXE_COLOURS));
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    add(`${String(width)} dark`, await page.evaluate<string[]>(AUDIT));
  }
  await page.emulateMedia({ forcedColors: 'active' });
  add('forced colours', await page.evaluate<string[]>(BOUNDARIES));
  await page.emulateMedia({ forcedColors: 'none', colorScheme: 'light' });
  add('keyboard', await auditKeyboard(page));
  return [...new Set(problems)];
}

/** Walks through a narrow page with the Tab key. */
async function auditKeyboard(page: Page): Promise<string[]> {
  await page.setViewportSize({ width: 340, height: 700 });
  await page.evaluate('document.activeElement?.blur(); scrollTo(0, 0)');
  const stops = await page.evaluate<number>(
    `[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')].filter((element) => element.checkVisibility() && !element.disabled).length`,
  );
  const problems: string[] = [];
  const seen = new Set<string>();
  for (let press = 0; press < stops + 2; press++) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate<string>(FOCUS);
    if (found.startsWith('focus')) problems.push(found);
    else if (found !== '') seen.add(found);
  }
  if (stops > 0 && seen.size === 0) problems.push('the Tab key reaches nothing');
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
