import { dayOf, dayText } from '../usage/days.js';
import type { DayCount, Span, UsageReportsRepository, UsageScope } from './usage-reports.repository.js';

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

/** Reports of what clients were used for; they lag behind by the time between two flushes. */
export class UsageReportsService {
  constructor(private readonly repository: UsageReportsRepository) {}

  async report(scope: UsageScope, span: Span): Promise<UsageReport> {
    const [counts, people, lastUsedAt] = await Promise.all([
      this.repository.counts(scope, span),
      this.repository.people(scope, span),
      this.repository.lastUse(scope),
    ]);
    const peopleOn = new Map(people.map((row) => [row.day, row.people]));
    const series = seriesOf(counts);
    const byDay = new Map<string, DayCount[]>();
    for (const count of counts) byDay.set(count.day, [...(byDay.get(count.day) ?? []), count]);
    const days = Array.from({ length: span.to - span.from + 1 }, (_, index) => {
      const day = dayText(span.from + index);
      return { day, ...figuresOf(byDay.get(day) ?? [], series, peopleOn.get(day) ?? 0) };
    });
    const total = figuresOf(counts, series, peopleOn.get(null) ?? 0);
    return { from: dayText(span.from), to: dayText(span.to), lastUsedAt, total, days };
  }

  /** The last days up to today. */
  async summary(scope: UsageScope): Promise<UsageSummary> {
    const { days: _days, ...summary } = await this.report(scope, lastDays());
    return summary;
  }
}

/** The usual span: so many days, the last of them today. */
export function lastDays(): Span {
  const today = dayOf(Date.now());
  return { from: today - DEFAULT_DAYS + 1, to: today };
}

interface Series {
  grants: string[];
  errors: string[];
}

function seriesOf(counts: readonly DayCount[]): Series {
  const detailsOf = (wanted: string): string[] =>
    [...new Set(counts.filter(({ kind }) => kind === wanted).map(({ detail }) => detail))].sort();
  return { grants: detailsOf('token'), errors: detailsOf('failure') };
}

function figuresOf(counts: readonly DayCount[], { grants, errors }: Series, people: number): UsageFigures {
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
