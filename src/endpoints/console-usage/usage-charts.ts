import { barChart, type BarChart, maximumOf } from '../../platform/charts/bar-chart.js';
import { shortNumber } from '../../platform/charts/scale.js';
import type { ChartOnPage, ChartsOnPage } from '../../platform/console-page-models/charts.js';

/** Usage in a day or an hour, as the wire has it. */
export interface UsageFigures {
  tokens: Record<string, number>;
  refreshes: number;
  failures: Record<string, number>;
  people?: number;
}

/** The sum of counts. */
export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** The responses of the token endpoint with tokens. */
export function tokensOf({ tokens, refreshes }: UsageFigures): number {
  return sumOf(tokens) + refreshes;
}

const TOKENS = [
  { name: 'tokens', className: 'b1' },
  { name: 'refreshes', className: 'b3' },
] as const;
const FAILURES = [{ name: 'failures', className: 'bx' }] as const;
const PEOPLE = [{ name: 'people', className: 'b2' }] as const;

const WEEKDAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** A day (YYYY-MM-DD) or the hour that begins at a time, in UTC. */
export type Span = { day: string } | { hour: string };

/** Where the numbers of a day or an hour lead, and which of them the page shows in parts. */
export interface SpanLinks {
  hrefOf: (what: 'tokens' | 'failures', span: Span) => string;
  isChosen: (span: Span) => boolean;
}

/** The last 48 hours. */
export function hoursPanel(
  hours: readonly (UsageFigures & { hour: string })[],
  links: SpanLinks,
): ChartsOnPage {
  const bars = hours.map(({ hour, ...figures }) => ({
    label: hourText(new Date(hour)),
    span: { hour },
    figures,
  }));
  const words = { id: 'hours', heading: 'Last 48 hours', lead: 'By hour, UTC.', unit: 'hour' };
  return panelOf(words, bars, { links, withPeople: false });
}

/** The last days. */
export function daysPanel(days: readonly (UsageFigures & { day: string })[], links: SpanLinks): ChartsOnPage {
  const bars = days.map(({ day, ...figures }) => ({ label: dayText(new Date(day)), span: { day }, figures }));
  const heading = `Last ${String(days.length)} days`;
  return panelOf({ id: 'days', heading, lead: 'By day, UTC.', unit: 'day' }, bars, {
    links,
    withPeople: true,
  });
}

type LabelledFigures = readonly { label: string; span: Span; figures: UsageFigures }[];

function panelOf(
  { id, heading, lead, unit }: { id: string; heading: string; lead: string; unit: string },
  bars: LabelledFigures,
  { links, withPeople }: { links: SpanLinks; withPeople: boolean },
): ChartsOnPage {
  const span = heading.toLowerCase();
  const values = (pick: (figures: UsageFigures) => number[]) =>
    bars.map(({ label, figures }) => ({ label, values: pick(figures) }));
  const all = {
    tokens: values((figures) => [sumOf(figures.tokens), figures.refreshes]),
    failures: values(({ failures }) => [sumOf(failures)]),
    people: values(({ people = 0 }) => [people]),
  };
  const description = (chart: readonly { values: readonly number[] }[], what: string) =>
    `${String(chart.flatMap((bar) => bar.values).reduce((sum, value) => sum + value, 0))} ${what} in the ${span}.`;
  const charts = [
    chartOf('Tokens', {
      id: `${id}-tokens`,
      title: `Tokens in the ${span}`,
      description: description(all.tokens, 'tokens and refreshes'),
      series: TOKENS,
      bars: all.tokens,
    }),
    chartOf('Failures', {
      id: `${id}-failures`,
      title: `Failures in the ${span}`,
      description: description(all.failures, 'failures'),
      series: FAILURES,
      bars: all.failures,
      isLow: true,
    }),
    ...(withPeople
      ? [
          chartOf('People', {
            id: `${id}-people`,
            title: `People by ${unit} in the ${span}`,
            description: `At most ${String(Math.max(...all.people.map((bar) => bar.values[0] ?? 0)))} on one ${unit}.`,
            series: PEOPLE,
            bars: all.people,
            isLow: true,
          }),
        ]
      : []),
  ];
  return {
    id,
    heading,
    lead,
    charts,
    table: {
      caption: `Usage by ${unit}, newest first`,
      headings: [
        `${unit[0]?.toUpperCase() ?? ''}${unit.slice(1)}`,
        'Tokens',
        'Refreshes',
        'Failures',
        ...(withPeople ? ['People'] : []),
      ],
      rows: bars
        .map(({ label, span, figures }) => ({
          label,
          isChosen: links.isChosen(span),
          values: [
            linked(sumOf(figures.tokens), links.hrefOf('tokens', span)),
            linked(figures.refreshes),
            linked(sumOf(figures.failures), links.hrefOf('failures', span)),
            ...(withPeople ? [linked(figures.people ?? 0)] : []),
          ],
        }))
        .reverse(),
    },
  };
}

/** Behind nothing there is nothing. */
function linked(count: number, href?: string): { count: number; href?: string | undefined } {
  return count === 0 ? { count } : { count, href };
}

function chartOf(name: string, chart: BarChart): ChartOnPage {
  const maximum = maximumOf(chart.bars);
  const { bars, series, isLow } = chart;
  const at = (share: number) => bars[Math.round((bars.length - 1) * share)]?.label ?? '';
  return {
    name,
    legend: series.length > 1 ? series.map(({ className, name: text }) => ({ className, name: text })) : [],
    scale: (isLow || maximum === 1 ? [maximum, 0] : [maximum, maximum / 2, 0]).map(shortNumber),
    svg: barChart(chart),
    ticks: [0, 0.5, 1].map(at),
  };
}

function hourText(hour: Date): string {
  return `${WEEKDAY.format(hour)} ${hour.toISOString().slice(11, 16)}`;
}

function dayText(day: Date): string {
  return DAY.format(day);
}
