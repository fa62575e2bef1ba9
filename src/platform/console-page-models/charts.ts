import type { LinkOnPage } from '../page-models/shared.js';

/** A chart with its legend, its scale, and its numbers as a table. */
export interface ChartOnPage {
  /** The name of what is counted. */
  name: string;
  legend: { className: string; name: string }[];
  /** From the top down. */
  scale: string[];
  svg: string;
  /** Below the chart, from its beginning to its end. */
  ticks: string[];
}

/** The numbers of charts, a row for each of their bars. A number leads to what it counts, where that is known. */
export interface ChartTable {
  caption: string;
  headings: string[];
  rows: { label: string; isChosen: boolean; values: { count: number; href?: string | undefined }[] }[];
}

/** What a day or an hour was made of. */
export interface SpanOnPage {
  heading: string;
  lists: {
    heading: string;
    none: string;
    counts: { name: string; count: number; href?: string | undefined }[];
  }[];
  /** Where more of that time is. */
  links: LinkOnPage[];
  closeHref: string;
}

/** A panel with charts of one span of time. */
export interface ChartsOnPage {
  id: string;
  heading: string;
  lead: string;
  charts: ChartOnPage[];
  table: ChartTable;
}
