import type { Page } from 'playwright-core';

/** Runs in the page; the project is compiled without the browser's types. */
const AUDIT = String.raw`(() => {
  const problems = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const named = (element) => element.outerHTML.replace(/\s+/g, ' ').slice(0, 120);
  const one = (selector) => {
    if (all(selector).length !== 1) problems.push(all(selector).length + ' elements are ' + selector);
  };
  ['html[lang]', 'main', 'body > header', 'h1', 'title', 'meta[name=viewport]'].forEach(one);
  if (!all('h1')[0]?.innerText.trim()) problems.push('the heading is empty');

  for (const input of all('input:not([type=hidden]), select, textarea')) {
    const label = [...input.labels].map((text) => text.innerText.trim()).join(' ');
    if (!label) problems.push('no label: ' + named(input));
  }
  for (const button of all('button, a')) if (!button.innerText.trim()) problems.push('no name: ' + named(button));
  for (const image of all('img')) if (!image.alt.trim()) problems.push('no alt: ' + named(image));
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
  if (all('script').length > 0) problems.push('there is a script');

  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) problems.push('scrolls sideways');
  for (const element of all('body *')) {
    if (element.closest('.unseen')) continue;
    const box = element.getBoundingClientRect();
    if (box.right > width + 0.5 || box.left < -0.5) problems.push('sticks out: ' + named(element));
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
    if (!texts.currentNode.data.trim() || element.closest('.unseen')) continue;
    const [dark, light] = [luminance(getComputedStyle(element).color), luminance(ground(element))].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) problems.push('contrast ' + ratio.toFixed(2) + ': ' + named(element));
  }
  return problems;
})()`;

/**
 * What is wrong with how a page is built (one main heading, landmarks, labels, names) or looks (nothing sticks out,
 * contrast of WCAG 2.2 AA), on a narrow screen and a wide one, in light and in dark.
 */
export async function auditPage(page: Page): Promise<string[]> {
  const problems: string[] = [];
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const found = await page.evaluate<string[]>(AUDIT);
      problems.push(...found.map((problem) => `${String(width)} ${colorScheme}: ${problem}`));
    }
  }
  return problems;
}
