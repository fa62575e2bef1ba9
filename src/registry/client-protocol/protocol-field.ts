import * as z from 'zod';
import { oneOf } from '../../platform/wire/field-shapes.js';
import { uri } from '../client-record/client-field-shapes.js';
import { fetchedUrlErrors } from '../client-rules/redirect-uri-rules.js';

const MAX_TEXT = 1024;

/** How a field is typed on a page. */
export type FieldControl = 'flag' | 'choice' | 'text' | 'lines' | 'json' | 'url';

/** What people read about a field, and how they change it. */
export interface FieldWords {
  label: string;
  /** One sentence or two, for the documents and the pages. */
  description: string;
}

/** One field of the record: its shape in requests and in responses, its default, and its words. */
export interface ProtocolField<Write extends z.ZodType, Read extends z.ZodType> extends FieldWords {
  write: Write;
  read: Read;
  /** The value when the request says nothing, or null. */
  fallback: z.output<Read>;
  control: FieldControl;
  options?: readonly string[];
  /** What no choice means. */
  none?: string;
  /** What is said of a text that is not JSON. */
  notJson?: string;
  /** Whether operators alone set it: dynamic registration does not know it. */
  operatorOnly?: true;
}

/** True or false; false by default. */
export function flag(words: FieldWords) {
  return field({
    ...words,
    write: z.boolean('Send true or false.'),
    read: z.boolean(),
    fallback: false,
    control: 'flag',
  });
}

/** One of the values, or null; `refused` has the reason for other values that people try. */
export function choice<const T extends readonly string[]>(
  options: T,
  words: FieldWords & { none: string },
  refused: Readonly<Record<string, string>> = {},
) {
  return field({
    ...words,
    write: oneOf(options, refused),
    read: z.enum(options).nullable(),
    fallback: null,
    control: 'choice',
    options,
  });
}

/** One line of text, or null; `wrong` says what a text that is none of them should be. */
export function text(words: FieldWords, isOne: (value: string) => boolean, wrong: string) {
  return field({
    ...words,
    write: z
      .string('Send text.')
      .max(MAX_TEXT, { error: `Use at most ${String(MAX_TEXT)} characters.`, abort: true })
      .refine(isOne, wrong)
      .meta({ minLength: 1 }),
    read: z.string().nullable(),
    fallback: null,
    control: 'text',
  });
}

/** A list of names, none twice; an empty one by default. It is typed with one on each line. */
export function names(name: z.ZodString, max: number, words: FieldWords) {
  return field({
    ...words,
    write: z
      .array(name, 'Send an array.')
      .max(max, `List at most ${String(max)} entries.`)
      .refine((list) => new Set(list).size === list.length, 'List each once.'),
    read: z.array(z.string()),
    fallback: [],
    control: 'lines',
  });
}

/** A list of objects; an empty one by default. It is typed as JSON. */
export function objects<Entry extends z.ZodType>(
  entry: Entry,
  max: number,
  words: FieldWords & { notJson: string },
) {
  return field({
    ...words,
    write: z.array(entry, 'Send an array.').max(max, `List at most ${String(max)} entries.`),
    read: z.array(entry),
    fallback: [],
    control: 'json',
  });
}

/** A URL that this server sends requests to, or null; `loopback` allows http for this computer. */
export function endpoint(words: FieldWords, loopback = true) {
  return field({
    ...words,
    write: uri((value) => fetchedUrlErrors(value, { loopback, fragment: false })),
    read: z.string().nullable(),
    fallback: null,
    control: 'url',
  });
}

/** The same field, which operators alone set. */
export function operatorOnly<F extends ProtocolField<z.ZodType, z.ZodType>>(given: F): F {
  return { ...given, operatorOnly: true };
}

function field<Write extends z.ZodType, Read extends z.ZodType>(given: ProtocolField<Write, Read>) {
  return given;
}
