/** Shows the buttons that print the page. */
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-island="print"]')) {
  button.addEventListener('click', () => window.print());
  button.hidden = false;
}
