import { longNumber, niceMaximum } from './scale.js';

/** What the bars are made of, the lowest part first. The class gives the colour. */
export interface Series {
  name: string;
  className: 'b1' | 'b2' | 'b3' | 'b4' | 'bx';
}

/** One bar: its name, and a value for each series. */
export interface Bar {
  label: string;
  values: readonly number[];
}

/** A chart of stacked bars. `id` is its own on the page. */
export interface BarChart {
  id: string;
  title: string;
  /** What it shows in a sentence, for those who do not see it. */
  description: string;
  series: readonly Series[];
  bars: readonly Bar[];
  isLow?: boolean;
}

const STEP = 10;
const WIDTH = 7;
const HEIGHT = 100;

/** The value at the top of the chart. */
export function maximumOf(bars: readonly Bar[]): number {
  return niceMaximum(Math.max(0, ...bars.map(totalOf)));
}

/**
 * The chart as SVG, without colours and without text but titles: each bar has one, and the chart has a title and a
 * description. It stretches to the width that it is given.
 */
export function barChart({ id, title, description, series, bars, isLow = false }: BarChart): string {
  const width = bars.length * STEP;
  const maximum = maximumOf(bars);
  const lines = (isLow ? [0, HEIGHT] : [0, HEIGHT / 2, HEIGHT]).map(
    (y) => `<path class="line" d="M0 ${String(y)}H${String(width)}"/>`,
  );
  return [
    `<svg viewBox="0 0 ${String(width)} ${String(HEIGHT)}" preserveAspectRatio="none" role="img"${isLow ? ' class="low"' : ''}`,
    ` aria-labelledby="${escape(id)}-t ${escape(id)}-d">`,
    `<title id="${escape(id)}-t">${escape(title)}</title><desc id="${escape(id)}-d">${escape(description)}</desc>`,
    ...lines,
    ...bars.map((bar, index) => drawBar(bar, index, series, maximum)),
    '</svg>',
  ].join('');
}

function drawBar({ label, values }: Bar, index: number, series: readonly Series[], maximum: number): string {
  const x = index * STEP;
  const text = series
    .flatMap(({ name }, at) => (values[at] ? [`${longNumber(values[at])} ${name}`] : []))
    .join(', ');
  let top = HEIGHT;
  const parts = series.map(({ className }, at) => {
    const height = ((values[at] ?? 0) / maximum) * HEIGHT;
    top -= height;
    return height === 0
      ? ''
      : `<rect class="${className}" x="${String(x + (STEP - WIDTH) / 2)}" y="${top.toFixed(1)}" width="${String(WIDTH)}" height="${height.toFixed(1)}"/>`;
  });
  const hit = `<rect class="hit" x="${String(x)}" y="0" width="${String(STEP)}" height="${String(HEIGHT)}"/>`;
  return `<g class="day"><title>${escape(`${label}: ${text || 'none'}`)}</title>${hit}${parts.join('')}</g>`;
}

function totalOf({ values }: Bar): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
