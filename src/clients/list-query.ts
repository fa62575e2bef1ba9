import { AppError, type Mistake } from '../errors.js';
import { GRANT_TYPES } from './client-record.js';
import type { ClientFilter } from './clients.repository.js';

const MAX_LIMIT = 100;
const MAX_TEXT = 1024;

/** What a list request asks for. */
export interface ListQuery {
  filter: ClientFilter;
  limit: number;
  cursor: string | undefined;
}

/** Reads the query string of a list. Throws AppError `malformed` with every parameter that is unknown, repeated or wrong. */
export function readListQuery(query: Readonly<Record<string, string | string[] | undefined>>): ListQuery {
  const mistakes: Mistake[] = [];
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(query)) {
    const check = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
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
  const [text, clientType, grantType] = ['text', 'client_type', 'grant_type'].map((name) => values.get(name));
  return {
    filter: {
      ...(text === undefined ? {} : { text }),
      ...(clientType === undefined ? {} : { clientType }),
      ...(grantType === undefined ? {} : { grantType }),
    },
    limit: Number(values.get('page_limit') ?? MAX_LIMIT),
    cursor: values.get('cursor'),
  };
}

const PARAMETERS: Readonly<Record<string, (value: string) => string | undefined>> = {
  page_limit: (value) =>
    /^[1-9]\d{0,2}$/.test(value) && Number(value) <= MAX_LIMIT
      ? undefined
      : `Send a number from 1 to ${String(MAX_LIMIT)}.`,
  cursor: () => undefined,
  text: (value) => {
    if (value === '' || value.length > MAX_TEXT) return `Send 1 to ${String(MAX_TEXT)} characters.`;
    return value.includes('\0') ? 'Leave out the character U+0000.' : undefined;
  },
  client_type: oneOf(['public', 'confidential']),
  grant_type: oneOf(GRANT_TYPES),
};

function oneOf(names: readonly string[]): (value: string) => string | undefined {
  return (value) => (names.includes(value) ? undefined : `Send one of: ${names.join(', ')}.`);
}
