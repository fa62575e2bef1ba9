import { AppError, type ValidationError } from '../errors/errors.js';

const MAX_LIMIT = 100;
const MAX_TEXT = 1024;

/** What is wrong with a parameter's value, in a sentence, or undefined. */
export type Check = (value: string) => string | undefined;

/** The parameters of a list request that were given, each once and well-formed. */
export interface ListParameters {
  values: ReadonlyMap<string, string>;
  /** 1 to 100. */
  limit: number;
  cursor: string | undefined;
}

/** A query string as the HTTP framework hands it over. */
export type Query = Readonly<Record<string, string | string[] | undefined>>;

/** Reads the query string of a list: `page_limit`, `cursor`, and the filters in `checks`. Throws as `readParameters` does. */
export function readListParameters(
  query: Query,
  checks: Readonly<Record<string, Check>> = {},
): ListParameters {
  const values = readParameters(query, { page_limit: pageLimit, cursor: () => undefined, ...checks });
  return { values, limit: Number(values.get('page_limit') ?? MAX_LIMIT), cursor: values.get('cursor') };
}

/** Reads a query string. Throws AppError `malformed` with every parameter that is unknown, repeated or wrong. */
export function readParameters(
  query: Query,
  checks: Readonly<Record<string, Check>>,
): ReadonlyMap<string, string> {
  const errors: ValidationError[] = [];
  const values = new Map<string, string>();
  const all = new Map(Object.entries(checks));
  for (const [name, value] of Object.entries(query)) {
    const check = all.get(name);
    if (!check) errors.push({ pointer: name, detail: 'There is no such parameter here; check its name.' });
    else if (typeof value !== 'string') errors.push({ pointer: name, detail: 'Send the parameter once.' });
    else {
      const detail = check(value);
      if (detail === undefined) values.set(name, value);
      else errors.push({ pointer: name, detail });
    }
  }
  if (errors.length > 0)
    throw new AppError('malformed', 'The query string has mistakes; see "errors".', { errors });
  return values;
}

const pageLimit: Check = (value) =>
  /^[1-9]\d{0,2}$/.test(value) && Number(value) <= MAX_LIMIT
    ? undefined
    : `Send a number from 1 to ${String(MAX_LIMIT)}.`;

/** Free text to search for. */
export const text: Check = (value) => {
  if (value === '' || value.length > MAX_TEXT) return `Send 1 to ${String(MAX_TEXT)} characters.`;
  return value.includes('\0') ? 'Leave out the character U+0000.' : undefined;
};

/** One of some words. */
export function oneOf(names: readonly string[]): Check {
  return (value) => (names.includes(value) ? undefined : `Send one of: ${names.join(', ')}.`);
}

/** A moment in RFC 3339, from the year 1000 on. */
export const timestamp: Check = (value) => {
  const [, day] =
    /^([1-9]\d{3}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.exec(value) ?? [];
  return day !== undefined && isDate(day) && isInRange(new Date(value))
    ? undefined
    : 'Send an RFC 3339 time such as 2026-01-31T00:00:00Z; in a URL, + is written %2B.';
};

/** A day in RFC 3339, from the year 1000 on. */
export const date: Check = (value) =>
  /^[1-9]\d{3}-\d\d-\d\d$/.test(value) && isDate(value) ? undefined : 'Send a day such as 2026-01-31.';

/** JavaScript turns 30 February into 2 March instead of refusing it. */
function isDate(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return isInRange(date) && date.toISOString().slice(0, 10) === day;
}

/** An offset can lead out of the years that are written with four digits. */
function isInRange(date: Date): boolean {
  return !Number.isNaN(date.getTime()) && /^[1-9]\d{3}-/.test(date.toISOString());
}
