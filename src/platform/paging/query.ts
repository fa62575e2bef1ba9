import * as z from 'zod';
import { AppError, type ValidationError } from '../errors/errors.js';
import { UUID } from '../wire/uuid.js';

const MAX_LIMIT = 100;
const MAX_TEXT = 1024;

/** What is wrong with the value of a parameter, as a sentence; undefined when it is valid. */
type Check = (value: string) => string | undefined;

/** A parameter of a query string: the check that reads it, and what the API reference says of it. */
export interface QueryParameter {
  check: Check;
  schema: z.ZodType;
  description: string;
}
export type QueryParameters = Readonly<Record<string, QueryParameter>>;
/** The values of those parameters that were sent. */
export type QueryValues<Parameters> = { readonly [Name in keyof Parameters]?: string };

/** Which part of a list is asked for. */
export interface PageRequest {
  /** 1 to 100. */
  limit: number;
  cursor: string | undefined;
}

/** A query string as the HTTP framework hands it over. */
export type Query = Readonly<Record<string, string | string[] | undefined>>;

/** Reads a query string. Throws AppError `malformed` with every parameter that is unknown, repeated or wrong. */
export function readParameters<Parameters extends QueryParameters>(
  query: Query,
  parameters: Parameters,
): QueryValues<Parameters> {
  const errors: ValidationError[] = [];
  const values = new Map<string, string>();
  const known = new Map(Object.entries(parameters));
  for (const [name, value] of Object.entries(query)) {
    const parameter = known.get(name);
    if (!parameter)
      errors.push({ pointer: name, detail: 'There is no such parameter here; check its name.' });
    else if (typeof value !== 'string') errors.push({ pointer: name, detail: 'Send the parameter once.' });
    else {
      const detail = parameter.check(value);
      if (detail === undefined) values.set(name, value);
      else errors.push({ pointer: name, detail });
    }
  }
  if (errors.length > 0)
    throw new AppError('malformed', 'The query string is not valid; see "errors".', { errors });
  return Object.fromEntries(values) as QueryValues<Parameters>;
}

/** The parameters of every list. */
export const PAGE = {
  page_limit: {
    check: (value) =>
      /^[1-9]\d{0,2}$/.test(value) && Number(value) <= MAX_LIMIT
        ? undefined
        : `Send a number from 1 to ${String(MAX_LIMIT)}.`,
    schema: z.int().min(1).max(MAX_LIMIT),
    description: 'The most entries of a page; 100 by default.',
  },
  cursor: {
    check: () => undefined,
    schema: z.string().min(1),
    description: 'The next_cursor of the page before.',
  },
} satisfies QueryParameters;

/** The page that the query string of a list asks for. */
export function pageRequestOf({ page_limit, cursor }: QueryValues<typeof PAGE>): PageRequest {
  return { limit: Number(page_limit ?? MAX_LIMIT), cursor };
}

/** Free text to search for. */
export function text(description: string): QueryParameter {
  return { check: textError, schema: z.string().min(1).max(MAX_TEXT), description };
}

/** One of some words. */
export function oneOf(names: readonly string[], description: string): QueryParameter {
  const check: Check = (value) => (names.includes(value) ? undefined : `Send one of: ${names.join(', ')}.`);
  return { check, schema: z.enum(names), description };
}

/** `true` or `false`. */
export function flag(description: string): QueryParameter {
  return oneOf(['true', 'false'], description);
}

/** An RFC 3339 time from the year 1000 on. */
export function timestamp(description: string): QueryParameter {
  return { check: timestampError, schema: z.iso.datetime({ offset: true }), description };
}

/** An RFC 3339 date from the year 1000 on. */
export function date(description: string): QueryParameter {
  return { check: dateError, schema: z.iso.date(), description };
}

/** The id of a record. `error` is the sentence about anything else. */
export function uuid(description: string, error: string): QueryParameter {
  return { check: (value) => (UUID.test(value) ? undefined : error), schema: z.uuid(), description };
}

function textError(value: string): string | undefined {
  if (value === '' || value.length > MAX_TEXT) return `Send 1 to ${String(MAX_TEXT)} characters.`;
  return value.includes('\0') ? 'Leave out the character U+0000.' : undefined;
}

function timestampError(value: string): string | undefined {
  const [, day] =
    /^([1-9]\d{3}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.exec(value) ?? [];
  return day !== undefined && isDate(day) && isInRange(new Date(value))
    ? undefined
    : 'Send an RFC 3339 time such as 2026-01-31T00:00:00Z; in a URL, + is written %2B.';
}

function dateError(value: string): string | undefined {
  return /^[1-9]\d{3}-\d\d-\d\d$/.test(value) && isDate(value) ? undefined : 'Send a day such as 2026-01-31.';
}

/** JavaScript turns 30 February into 2 March instead of rejecting it. */
function isDate(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return isInRange(date) && date.toISOString().slice(0, 10) === day;
}

/** An offset can lead out of the years that are written with four digits. */
function isInRange(date: Date): boolean {
  return !Number.isNaN(date.getTime()) && /^[1-9]\d{3}-/.test(date.toISOString());
}
