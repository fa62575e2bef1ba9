import * as z from 'zod';

/** Which names scopes can have: words with dots between them, or all of RFC 6749 section 3.3. */
export type ScopeNames = 'dots' | 'any';

const MAX_LENGTH = 128;
const TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/;

/** Whether a scope of any installation can have the name. */
export function isScopeName(name: string): boolean {
  return TOKEN.test(name);
}

/** The shape of the name of a scope. `dotted` is the shape of names with dots, and `broken` its sentence. */
export function scopeNameShape(names: ScopeNames, dotted: RegExp, broken: string) {
  const name = z.string('Send the name of a scope as text.');
  if (names === 'any') {
    const detail = `Use 1 to ${String(MAX_LENGTH)} printable ASCII characters but blanks, quotes and backslashes (RFC 6749 section 3.3).`;
    return name.regex(TOKEN, detail);
  }
  return name
    .refine((value) => !value.includes(':'), {
      error: 'Write scopes with dots, not colons, or set SCOPE_NAMES=any.',
      abort: true,
    })
    .max(MAX_LENGTH, { error: broken, abort: true })
    .regex(dotted, broken);
}
