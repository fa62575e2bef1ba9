import type { SpanOnPage } from '../../platform/console-page-models/charts.js';
import { dayText, minuteText } from '../../platform/pages/dates.js';
import type { Visit } from '../console/visit.js';
import type { Span, SpanLinks, UsageFigures } from './usage-charts.js';

const HOUR_MS = 3_600_000;

/** What is known of usage by day and by hour. */
interface Usage {
  days: readonly (UsageFigures & { day: string })[];
  hours: readonly (UsageFigures & { hour: string })[];
}

/** What the page of a project, or of a client, adds to the parts of a day or an hour. */
interface SpanPage {
  /** Where the failures of a day are told apart. */
  failuresOn?: (day: string) => string;
  /** Where a failure with the code is told. */
  failureHref?: (code: string) => string;
  /** The record whose changes of that day are of interest; those of the whole project without it. */
  target?: string;
}

/** Where the numbers lead: to the parts of that day or hour on the same page, failures of a day to where they are told apart. */
export function spanLinks(visit: Visit, { failuresOn }: SpanPage): SpanLinks {
  const chosen = chosenSpan(visit);
  return {
    isChosen: (span) => JSON.stringify(span) === JSON.stringify(chosen),
    hrefOf: (what, span) =>
      what === 'failures' && failuresOn && 'day' in span
        ? failuresOn(span.day)
        : `${visit.ctx.path}?${new URLSearchParams(span).toString()}#span`,
  };
}

/** The parts of the day or hour that the query string asks for; undefined without one, or for one that is not known. */
export function spanOnPage(visit: Visit, usage: Usage, page: SpanPage): SpanOnPage | undefined {
  const span = chosenSpan(visit);
  if (!span) return undefined;
  const figures =
    'day' in span
      ? usage.days.find(({ day }) => day === span.day)
      : usage.hours.find(({ hour }) => hour === span.hour);
  if (!figures) return undefined;
  const day = 'day' in span ? span.day : span.hour.slice(0, 10);
  const { failureHref, failuresOn, target } = page;
  const failures = countsOf(figures.failures);
  return {
    heading: headingOf(span),
    closeHref: visit.ctx.path,
    lists: [
      {
        heading: 'Tokens by grant type',
        none: 'No token was issued.',
        counts: [
          ...countsOf(figures.tokens),
          ...(figures.refreshes === 0 ? [] : [{ name: 'refresh_token', count: figures.refreshes }]),
        ],
      },
      {
        heading: 'Failures by code',
        none: 'No request failed.',
        counts: failureHref
          ? failures.map(({ name, count }) => ({ name, count, href: failureHref(name) }))
          : failures,
      },
    ],
    links: [
      ...(failuresOn && failures.length > 0
        ? [{ label: 'Clients with failures on this day', href: failuresOn(day) }]
        : []),
      ...(visit.canCall('listProjectAuditEvents')
        ? [{ label: 'What was changed on this day', href: auditHref(visit, day, target) }]
        : []),
    ],
  };
}

function chosenSpan(visit: Visit): Span | undefined {
  const day = visit.query.get('day');
  const hour = visit.query.get('hour');
  return day !== null ? { day } : hour !== null ? { hour } : undefined;
}

function headingOf(span: Span): string {
  if ('day' in span) return dayText(new Date(span.day));
  const end = new Date(Date.parse(span.hour) + HOUR_MS);
  return `${minuteText(new Date(span.hour))} to ${end.toISOString().slice(11, 16)}`;
}

function countsOf(counts: Readonly<Record<string, number>>): { name: string; count: number }[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => ({ name, count }));
}

function auditHref(visit: Visit, day: string, target: string | undefined): string {
  const filter = { from: day, to: day, ...(target === undefined ? {} : { target_id: target }) };
  return `${visit.home}/audit?${new URLSearchParams(filter).toString()}`;
}
