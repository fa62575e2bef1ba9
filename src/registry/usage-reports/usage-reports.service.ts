import { dayOf, dayText, hourOf, hourStart } from '../usage/days.js';
import type { DayCount, HourCount, PeopleCount } from './counts.js';
import type { Span, UsageReportsRepository, UsageScope } from './usage-reports.repository.js';

export type { Span, UsageScope } from './usage-reports.repository.js';

/** How long a report is by default, in days. */
export const DEFAULT_DAYS = 30;

/** The usage in a time. Tokens are responses of the token endpoint by grant type; a refresh is not one of them. */
export interface UsageFigures {
  authorizations: number;
  /** Codes that neither a code challenge nor a nonce protects. */
  unprotectedCodes: number;
  tokens: Record<string, number>;
  refreshes: number;
  /** By error code. */
  failures: Record<string, number>;
  /** Each person once. */
  people: number;
}

/** What a span of days came to. */
export interface UsageSummary {
  /** YYYY-MM-DD, UTC, as `to`; both days are in it. */
  from: string;
  to: string;
  /** Whenever it was. */
  lastUsedAt: Date | null;
  total: UsageFigures;
}

/** A report by day: every day of the span is there, and each has the same grant types and error codes. */
export interface UsageReport extends UsageSummary {
  days: (UsageFigures & { day: string })[];
}

/** The usage of the last 48 hours; people are counted by day only. */
export interface HourlyUsage {
  hours: (Omit<UsageFigures, 'people'> & { hour: Date })[];
}

const HOURS = 48;

/** Reports of what clients were used for; they lag behind by the time between two flushes. */
export class UsageReportsService {
  constructor(private readonly repository: UsageReportsRepository) {}

  async report(scope: UsageScope, span: Span): Promise<UsageReport> {
    const [counts, people, lastUsedAt] = await Promise.all([
      this.repository.counts(scope, span),
      this.repository.people(scope, span),
      this.repository.lastUse(scope),
    ]);
    const { from, to, total, days } = dailyUsage(counts, people, span);
    return { from, to, lastUsedAt, total, days };
  }

  /** The last 48 hours, the present one last; each is there, with the same grant types and error codes. */
  async hourly(scope: UsageScope, now = Date.now()): Promise<HourlyUsage> {
    const first = hourOf(now) - HOURS + 1;
    return hourlyUsage(await this.repository.hours(scope, hourStart(first)), first);
  }

  /** The last days up to today. */
  async summary(scope: UsageScope): Promise<UsageSummary> {
    const { days: _days, ...summary } = await this.report(scope, lastDays());
    return summary;
  }
}

/** The days of the span, made of what was counted. */
export function dailyUsage(
  counts: readonly DayCount[],
  people: readonly PeopleCount[],
  span: Span,
): Omit<UsageReport, 'lastUsedAt'> {
  const peopleOn = new Map(people.map((row) => [row.day, row.people]));
  const series = seriesOf(counts);
  const byDay = groupedBy(counts, ({ day }) => day);
  const days = Array.from({ length: span.to - span.from + 1 }, (_, index) => {
    const day = dayText(span.from + index);
    return { day, ...figuresOf(byDay.get(day) ?? [], series, peopleOn.get(day) ?? 0) };
  });
  const total = figuresOf(counts, series, peopleOn.get(null) ?? 0);
  return { from: dayText(span.from), to: dayText(span.to), total, days };
}

/** The 48 hours from `first` on (see `hourOf`), made of what was counted. */
export function hourlyUsage(counts: readonly HourCount[], first: number): HourlyUsage {
  const series = seriesOf(counts);
  const byHour = groupedBy(counts, ({ hour }) => hourOf(hour.getTime()));
  return {
    hours: Array.from({ length: HOURS }, (_, index) => {
      const { people: _people, ...figures } = figuresOf(byHour.get(first + index) ?? [], series, 0);
      return { hour: hourStart(first + index), ...figures };
    }),
  };
}

/** The usual span: so many days, the last of them today. */
export function lastDays(): Span {
  const today = dayOf(Date.now());
  return { from: today - DEFAULT_DAYS + 1, to: today };
}

type Count = Pick<DayCount, 'kind' | 'detail' | 'count'>;

function groupedBy<T, K>(all: readonly T[], keyOf: (one: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

interface Series {
  grants: string[];
  errors: string[];
}

function seriesOf(counts: readonly Count[]): Series {
  const detailsOf = (wanted: string): string[] =>
    [...new Set(counts.filter(({ kind }) => kind === wanted).map(({ detail }) => detail))].sort();
  return { grants: detailsOf('token'), errors: detailsOf('failure') };
}

function figuresOf(counts: readonly Count[], { grants, errors }: Series, people: number): UsageFigures {
  const sum = (wanted: string, of?: string): number =>
    counts
      .filter(({ kind, detail }) => kind === wanted && (of === undefined || detail === of))
      .reduce((total, { count }) => total + count, 0);
  return {
    authorizations: sum('authorization'),
    tokens: Object.fromEntries(grants.map((grant) => [grant, sum('token', grant)])),
    refreshes: sum('refresh'),
    failures: Object.fromEntries(errors.map((error) => [error, sum('failure', error)])),
    people,
    unprotectedCodes: sum('unprotected_code'),
  };
}
