/** The values of a space-delimited list, such as `scope` (RFC 6749 section 3.3), each once; none for what is no text. */
export function wordsOf(text: unknown): string[] {
  return typeof text === 'string' ? [...new Set(text.split(' ').filter(Boolean))] : [];
}
