import { AppError } from '../../platform/errors/errors.js';
import { date, type Query, readParameters } from '../../platform/paging/query.js';
import { dayFrom } from '../usage/days.js';
import { DEFAULT_DAYS, lastDays, type Span } from './usage-reports.service.js';

const MAX_DAYS = 366;

/**
 * Reads `from` and `to`, days that are both in the report: by default the last 30 days, with one of them 30 days from or
 * to it. Throws AppError `malformed` as `readParameters` does, and for a span that is empty or longer than 366 days.
 */
export function readSpan(query: Query): Span {
  const values = readParameters(query, { from: date, to: date });
  const day = (name: string): number | undefined => {
    const text = values.get(name);
    return text === undefined ? undefined : dayFrom(text);
  };
  const span = spanOf(day('from'), day('to'));
  if (span.from > span.to) throw refused('from', 'Send a day that is not after the day in "to".');
  if (span.to - span.from >= MAX_DAYS) {
    throw refused('from', `Ask for at most ${String(MAX_DAYS)} days at a time.`);
  }
  return span;
}

function spanOf(from: number | undefined, to: number | undefined): Span {
  const usual = lastDays();
  if (to !== undefined) return { from: from ?? to - DEFAULT_DAYS + 1, to };
  return from === undefined ? usual : { from, to: from + DEFAULT_DAYS - 1 };
}

function refused(pointer: string, detail: string): AppError {
  return new AppError('malformed', 'The query string has mistakes; see "errors".', {
    errors: [{ pointer, detail }],
  });
}
