/**
 * Narrows the operations of a reference to those that have every typed word, as one types. Without it the form asks the
 * server; a page that the server has filtered is left to it.
 */
const search = document.querySelector<HTMLInputElement>('input[data-narrows]');
const entries = [...document.querySelectorAll<HTMLDetailsElement>('[data-entries] > details')];
const isWhole = search?.defaultValue === '';

function textOf(entry: HTMLDetailsElement): string {
  const id = entry.querySelector('.body')?.id ?? '';
  return `${id} ${entry.querySelector('summary')?.textContent ?? ''}`.toLowerCase();
}

/** Hides what leads to what is hidden. */
function followLinks(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('nav[data-of-entries] a[href^="#"]')) {
    const target = document.getElementById(link.hash.slice(1));
    const item = link.closest('li, h2');
    if (item instanceof HTMLElement) item.hidden = target?.closest('[hidden]') instanceof Element;
  }
}

function narrow(typed: string): void {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  for (const entry of entries) {
    const text = textOf(entry);
    entry.hidden = !words.every((word) => text.includes(word));
  }
  for (const group of document.querySelectorAll<HTMLElement>('[data-entries]'))
    group.hidden = !group.querySelector(':scope > details:not([hidden])');
  followLinks();
  const count = entries.filter(({ hidden }) => !hidden).length;
  const none = document.querySelector<HTMLElement>('[data-none]');
  if (none) none.hidden = count > 0;
  const found = document.querySelector<HTMLElement>('[data-found]');
  if (found) found.textContent = count === 1 ? 'One operation' : `${String(count)} operations`;
}

if (search && isWhole) {
  search.addEventListener('input', () => narrow(search.value));
  // What the browser kept when the page was left and came back.
  if (search.value !== '') narrow(search.value);
}
