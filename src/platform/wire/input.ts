import type * as z from 'zod';
import { invalid, type ValidationError } from '../errors/errors.js';

type Input = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, z.ZodType>>;

/** For each field that responses have and requests cannot, the reason. */
export type ReadOnlyFields = Readonly<Record<string, string>>;

/** The values of the fields that are valid, the names of those that are not, and what is wrong with them. */
export interface ReadFields {
  values: Record<string, unknown>;
  unreadable: string[];
  errors: ValidationError[];
}

/** Validates each field of `input` by its own schema, so that valid ones can be used beside invalid ones; ignores others. */
export function readFields(input: Input, fields: Fields): ReadFields {
  const read: ReadFields = { values: {}, unreadable: [], errors: [] };
  for (const [name, field] of Object.entries(fields)) {
    if (!Object.hasOwn(input, name)) continue;
    const unstorable = unstorableText(input[name], [name]);
    if (unstorable.length > 0) {
      read.unreadable.push(name);
      read.errors.push(...unstorable);
      continue;
    }
    const result = field.safeParse(input[name]);
    if (!result.success) {
      read.unreadable.push(name);
      for (const { path, message } of result.error.issues)
        read.errors.push({ pointer: jsonPointer(name, ...path), detail: message });
    } else if (result.data !== undefined) read.values[name] = result.data;
  }
  return read;
}

/** One error for each field of the input that is not one of `fields`. */
export function unknownFields(
  input: Input,
  fields: object,
  readOnly: ReadOnlyFields = {},
): ValidationError[] {
  return Object.keys(input)
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) => ({
      pointer: jsonPointer(name),
      detail: (Object.hasOwn(readOnly, name) && readOnly[name]) || 'There is no such field; check its name.',
    }));
}

/** Validates a whole body. Throws AppError `invalid` with every error, also for fields that the schema does not have. */
export function parseInput<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  input: Input,
  readOnly?: ReadOnlyFields,
): z.infer<z.ZodObject<Shape>> {
  const fields = schema.shape as unknown as Fields;
  // To its schema an absent field is undefined, which has a default there, is optional, or is an error.
  const absent = Object.fromEntries(Object.keys(fields).map((name) => [name, undefined]));
  const { values, errors } = readFields({ ...absent, ...input }, fields);
  const all = [...errors, ...unknownFields(input, fields, readOnly)];
  if (all.length > 0) throw invalid(all);
  return values as z.infer<z.ZodObject<Shape>>;
}

/** Read-only fields that the server alone sets. */
export function setByServer(...names: readonly string[]): ReadOnlyFields {
  return Object.fromEntries(names.map((name) => [name, 'This field is set by the server; leave it out.']));
}

/** One error for each text below the value, names of members included, that PostgreSQL cannot store. */
function unstorableText(value: unknown, path: readonly string[]): ValidationError[] {
  if (typeof value === 'string') return isStorable(value) ? [] : [unstorable(path)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    ...(isStorable(name) ? [] : [unstorable([...path, name])]),
    ...unstorableText(member, [...path, name]),
  ]);
}

/** Whether PostgreSQL can store the text. */
export function isStorable(text: string): boolean {
  return !/\0|\p{Surrogate}/u.test(text);
}

function unstorable(path: readonly string[]): ValidationError {
  const detail = 'Leave out the character U+0000 and halves of surrogate pairs: they are not text.';
  return { pointer: jsonPointer(...path), detail };
}

/** A JSON pointer (RFC 6901). */
export function jsonPointer(...path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
