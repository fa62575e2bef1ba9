/** Shows the button beside a password and lets it show what was typed. The page has the words of both states. */
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-island="show-password"]')) {
  const input = button.parentElement?.querySelector('input');
  if (!input) continue;
  const words = [...button.children] as HTMLElement[];
  const show = (isShown: boolean) => {
    input.type = isShown ? 'text' : 'password';
    words.forEach((word, index) => (word.hidden = (index === 1) !== isShown));
  };
  button.addEventListener('click', () => show(input.type === 'password'));
  // A browser would otherwise remember the password as a text.
  input.form?.addEventListener('submit', () => show(false));
  button.hidden = false;
}
