import * as z from 'zod';

/** Control characters, and characters that are invisible or reorder text, except joiners, which some scripts need. */
const DECEPTIVE_LINE = /[\p{Cc}\p{Surrogate}\u2028\u2029\u115f\u1160\u3164\uffa0]|(?![\u200c\u200d])\p{Cf}/u;
const DECEPTIVE_TEXT = /(?![\n\r\t])[\p{Cc}\p{Surrogate}\u115f\u1160\u3164\uffa0]|(?![\u200c\u200d])\p{Cf}/u;

const TYPE_ERROR = 'Send text.';

/** Whether a record must have the field: only then null does not leave it out. */
type Need = 'required' | 'optional';

/** One line of text for people, read without the blanks at its ends. */
export function line(max: number, need: Need = 'optional') {
  return text(z.string(TYPE_ERROR).trim(), max, DECEPTIVE_LINE, need);
}

/** Text for people, which may have several lines. */
export function paragraphs(max: number) {
  return text(z.string(TYPE_ERROR), max, DECEPTIVE_TEXT, 'optional');
}

/** The text with a replacement character for each character that one line of text cannot have. */
export function withoutDeceptive(value: string): string {
  return value.replace(new RegExp(DECEPTIVE_LINE, 'gu'), '\ufffd');
}

/** Whether the text has nothing that can be seen: it is empty, or has only blanks and joiners. */
export function isBlank(value: string): boolean {
  return value.replace(/[\s\u200c\u200d]/g, '') === '';
}

/** One of the values; `refused` has the reason for other values that people try. */
export function oneOf<const T extends readonly string[]>(
  values: T,
  refused: Readonly<Record<string, string>> = {},
) {
  return z.enum(values, {
    error: ({ input }) => {
      const reason = typeof input === 'string' && Object.hasOwn(refused, input) ? refused[input] : undefined;
      return reason ?? `Use one of: ${values.join(', ')}.`;
    },
  });
}

function text(shape: z.ZodString, max: number, deceptive: RegExp, need: Need) {
  return shape
    .max(max, `Use at most ${String(max)} characters.`)
    .refine(
      (value) => !isBlank(value),
      need === 'required' ? 'Send some text.' : 'Send some text, or null to leave it out.',
    )
    .refine((value) => !deceptive.test(value), 'Leave out control characters and text direction marks.')
    .meta({ minLength: 1, pattern: '\\S' });
}
