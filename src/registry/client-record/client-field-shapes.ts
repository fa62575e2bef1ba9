import * as z from 'zod';

const MAX_URI = 2048;

/** A URI with what its rules find wrong. */
export function uri(errors: (value: string) => string[], pattern = '^[a-z][a-z0-9+.-]*:') {
  return z
    .string('Send a URI as text.')
    .max(MAX_URI, { error: `Use at most ${String(MAX_URI)} characters.`, abort: true })
    .superRefine((value, context) => {
      for (const error of errors(value)) context.addIssue(error);
    })
    .meta({ minLength: 3, pattern });
}

/** An array without repetitions. Its length is checked first, so that a huge one costs no more than one error. */
export function list<T extends z.ZodType<string>>(entry: T, max: number) {
  return z
    .array(z.unknown(), 'Send an array.')
    .max(max, `List at most ${String(max)} entries.`)
    .pipe(
      z.array(entry).superRefine((values, context) => {
        values.forEach((value, index) => {
          const first = values.indexOf(value);
          if (first < index)
            context.addIssue({
              code: 'custom',
              path: [index],
              message: `The same as entry ${String(first)}.`,
            });
        });
      }),
    );
}
