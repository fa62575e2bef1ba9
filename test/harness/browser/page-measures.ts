// Programs that run in a page; each is an expression whose value is what is wrong with the page.

/**
 * Whether rules of axe hold; those that `AUDIT` checks in its own way, or that are no rule of WCAG 2.2 AA, are not asked.
 * Contrast is such a rule: it takes axe three quarters of its time, for one of the four looks that `AUDIT` has at it.
 */
export const AXE_RUN = `axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: { 'color-contrast': { enabled: false } },
    resultTypes: ['violations'],
    selectors: false,
  })
  .then(({ violations }) =>
    violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => 'axe ' + id + ': ' + html.slice(0, 160) + ' ' + failureSummary.slice(0, 160)),
    ),
  )`;

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

/** What is wrong with how the page is built and how it looks at this width and in these colours. */
export const AUDIT = String.raw`(() => {
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

  const pixel = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const known = new Map();
  // Red, green and blue from 0 to 255, and how opaque it is, of a colour in any notation.
  const channels = (color) => {
    let found = known.get(color);
    if (!found) {
      pixel.clearRect(0, 0, 1, 1);
      pixel.fillStyle = '#010203';
      pixel.fillStyle = color;
      if (pixel.fillStyle === '#010203') problems.push('a colour that is not measured: ' + color);
      pixel.fillRect(0, 0, 1, 1);
      const [r, g, b, alpha] = pixel.getImageData(0, 0, 1, 1).data;
      known.set(color, (found = [r, g, b, alpha / 255]));
    }
    return found;
  };
  const over = ([r, g, b, alpha], under) =>
    [r, g, b].map((value, at) => value * alpha + under[at] * (1 - alpha));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const grounds = new Map();
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    let found = grounds.get(element);
    if (!found) {
      const [r, g, b, alpha] = channels(getComputedStyle(element).backgroundColor);
      found = over([r, g, b, alpha * opacity(element)], ground(element.parentElement));
      grounds.set(element, found);
    }
    return found;
  };
  const opacity = (element) =>
    element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1;
  const readable = new Set(all('input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea'));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) if (texts.currentNode.data.trim()) readable.add(texts.currentNode.parentElement);
  for (const element of readable) {
    if (isHidden(element)) continue;
    const [r, g, b, alpha] = channels(getComputedStyle(element).color);
    const behind = ground(element);
    const shown = over([r, g, b, alpha * opacity(element)], behind);
    const [dark, light] = [luminance(shown), luminance(behind)].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) problems.push('contrast ' + ratio.toFixed(2) + ': ' + named(element));
  }
  for (const link of all('a')) {
    const { display, textDecorationLine } = getComputedStyle(link);
    if (display !== 'inline' || textDecorationLine !== 'none' || isHidden(link)) continue;
    let block = link.parentElement;
    while (getComputedStyle(block).display === 'inline') block = block.parentElement;
    const around = block.innerText.replace(link.innerText, '').trim();
    if (around) problems.push('a link that only its colour shows: ' + named(link));
  }
  return problems;
})()`;

/**
 * Measures the page in another language and puts it back: words are 40 % longer and have accents, and the text runs from
 * left to right and then from right to left. What is data (`bdi`, `code`) keeps its letters.
 */
export const TRANSLATED = String.raw`(() => {
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
  const found = ['ltr', 'rtl'].flatMap((direction) => {
    document.documentElement.dir = direction;
    overflow();
    return problems.splice(0).map((problem) => direction + ': ' + problem);
  });
  for (const [node, text] of originals) node.data = text;
  document.documentElement.removeAttribute('dir');
  return found;
})()`;

/** In forced colours a background says nothing: controls, badges and messages need a border to be seen as such. */
export const BOUNDARIES = String.raw`(() => {
  ${MEASURES}
  for (const element of all('button:not(.link), .button, input:not([type=hidden]), select, .badge, .notice, .publisher, .problem, .decision')) {
    if (isHidden(element) || ['checkbox', 'radio'].includes(element.type)) continue;
    const { borderTopStyle, borderTopWidth } = getComputedStyle(element);
    if (borderTopStyle === 'none' || parseFloat(borderTopWidth) < 1) problems.push('no border: ' + named(element));
  }
  return problems;
})()`;

/**
 * Collects, after each key, what is wrong with the element that has the focus: it is out of sight, covered, or not marked;
 * otherwise that it was seen.
 */
export const WATCH_FOCUS = String.raw`(() => {
  const found = [];
  const end = new AbortController();
  const look = () => {
    const element = document.activeElement;
    if (!element || element === document.body) return;
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
    if (!isSeen) found.push('focus out of sight or covered: ' + named);
    else found.push((outlined ? 'seen ' : 'focus without a mark: ') + named);
  };
  addEventListener('keyup', look, { capture: true, signal: end.signal });
  return () => {
    look();
    end.abort();
    return found;
  };
})()`;
