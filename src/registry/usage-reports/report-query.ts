import { AppError } from '../../platform/errors/errors.js';
import { date, type QueryValues } from '../../platform/paging/query.js';
import { dayFrom } from '../usage/days.js';
import { DEFAULT_DAYS, lastDays, type Span } from './usage-reports.service.js';

const MAX_DAYS = 366;
/** The last day that can be written as YYYY-MM-DD. */
const LAST_DAY = dayFrom('9999-12-31');

/** The parameters of a usage report: the days that it begins and ends with. */
export const SPAN = {
  from: date('The first day (UTC); by default 30 days are reported.'),
  to: date('The last day (UTC); a report has at most 366.'),
};

/**
 * The days of a report: by default the last 30, with only one of the two 30 days from or to it. Throws AppError
 * `malformed` for a span that is empty or longer than 366 days.
 */
export function spanFrom({ from, to }: QueryValues<typeof SPAN>): Span {
  const day = (text: string | undefined) => (text === undefined ? undefined : dayFrom(text));
  const span = spanOf(day(from), day(to));
  if (span.from > span.to) throw invalidSpan('from', 'Send a day that is not after the day in "to".');
  if (span.to - span.from >= MAX_DAYS) {
    throw invalidSpan('from', `Ask for at most ${String(MAX_DAYS)} days at a time.`);
  }
  return span;
}

function spanOf(from: number | undefined, to: number | undefined): Span {
  const usual = lastDays();
  if (to !== undefined) return { from: from ?? to - DEFAULT_DAYS + 1, to };
  return from === undefined ? usual : { from, to: Math.min(from + DEFAULT_DAYS - 1, LAST_DAY) };
}

function invalidSpan(pointer: string, detail: string): AppError {
  return new AppError('malformed', 'The query string is not valid; see "errors".', {
    errors: [{ pointer, detail }],
  });
}
