const PLAIN = /^[\w.~:/@%+,-]+$/;

/** The text as one word of a POSIX shell, in quotes. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The text as one word of a POSIX shell, in quotes where it needs them. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : quoted(text);
}
