/** Keys of a page with a list: `/` goes to its search, `n` to the page of a new record. */
const TYPING = 'input, textarea, select, [contenteditable]';

document.addEventListener('keydown', (event) => {
  const { target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (target instanceof Element && target.matches(TYPING)) return;
  if (event.key === '/') {
    const search = document.querySelector<HTMLInputElement>('[role="search"] input[type="search"]');
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === 'n') document.querySelector<HTMLAnchorElement>('[data-key="n"]')?.click();
});
