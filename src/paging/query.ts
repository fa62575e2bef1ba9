import { AppError, type Mistake } from '../errors.js';

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

/**
 * Reads the query string of a list: `page_limit`, `cursor`, and the filters in `checks`. Throws AppError `malformed` with
 * every parameter that is unknown, repeated or wrong.
 */
export function readListParameters(
  query: Readonly<Record<string, string | string[] | undefined>>,
  checks: Readonly<Record<string, Check>> = {},
): ListParameters {
  const mistakes: Mistake[] = [];
  const values = new Map<string, string>();
  const all = new Map(Object.entries({ page_limit: pageLimit, cursor: () => undefined, ...checks }));
  for (const [name, value] of Object.entries(query)) {
    const check = all.get(name);
    if (!check) mistakes.push({ pointer: name, detail: 'There is no such parameter here; check its name.' });
    else if (typeof value !== 'string') mistakes.push({ pointer: name, detail: 'Send the parameter once.' });
    else {
      const detail = check(value);
      if (detail === undefined) values.set(name, value);
      else mistakes.push({ pointer: name, detail });
    }
  }
  if (mistakes.length > 0)
    throw new AppError('malformed', 'The query string has mistakes; see "errors".', { mistakes });
  return { values, limit: Number(values.get('page_limit') ?? MAX_LIMIT), cursor: values.get('cursor') };
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
