const SHOWN_MS = 2000;

/** Shows the buttons that copy the text of an element, where the browser can. The page has the words of both states. */
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-island="copy"]')) {
  const source = document.getElementById(button.dataset['copies'] ?? '');
  if (!source || !('clipboard' in navigator)) continue;
  const words = [...button.children] as HTMLElement[];
  const say = (isCopied: boolean) =>
    words.forEach((word, index) => (word.hidden = (index === 1) !== isCopied));
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(source.textContent.trim()).then(() => {
      say(true);
      setTimeout(() => say(false), SHOWN_MS);
    });
  });
  button.hidden = false;
}
