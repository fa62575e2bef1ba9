import * as z from 'zod';

/** An id that the server made. */
export const id = z.uuid();
/** A moment in RFC 3339, UTC. */
export const time = z.iso.datetime();
/** Text, or null where there is none. */
export const textOrNull = z.string().nullable();
/** A count of something. */
export const count = z.int().min(0);

/** A page of a list. */
export function page<T extends z.ZodType>(entry: T) {
  return z.strictObject({
    data: z.array(entry).max(100),
    next_cursor: textOrNull.describe('Send it as `cursor` to get the next page; null on the last one.'),
  });
}

/** The same fields with what each of them means; a name without words keeps what it says itself. */
export function described<T extends Readonly<Record<string, z.ZodType>>>(
  fields: T,
  words: Readonly<Partial<Record<string, string>>>,
): T {
  const entries = Object.entries(fields).map(([name, field]) => {
    const text = words[name];
    return [name, text === undefined ? field : field.describe(text)];
  });
  return Object.fromEntries(entries) as T;
}

/** The same fields, all optional; null means absent, or resets a field to its default. */
export function nullish<T extends Readonly<Record<string, z.ZodType>>>(fields: T) {
  const entries = Object.entries(fields).map(([name, field]) => [name, field.nullish()]);
  return Object.fromEntries(entries) as { [Name in keyof T]: z.ZodOptional<z.ZodNullable<T[Name]>> };
}
