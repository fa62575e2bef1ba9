const GROUP = 4;

/** Writes the code of a device in groups of four as the person types it, as the device shows it. */
for (const input of document.querySelectorAll<HTMLInputElement>('[data-island="user-code"]')) {
  input.addEventListener('input', () => {
    const before = input.value;
    const caret = input.selectionStart ?? before.length;
    const plain = before.replace(/[\s-]/g, '');
    // What is no code stays as it was typed, and so does a correction in the middle.
    if (!/^[a-z0-9]*$/i.test(plain) || caret < before.length) return;
    const groups = plain.match(new RegExp(`.{1,${String(GROUP)}}`, 'g')) ?? [];
    input.value = groups.join('-');
  });
}
