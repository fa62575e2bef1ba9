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

/** The numbers of charts, a row for each of their bars. */
export interface ChartTable {
  caption: string;
  headings: string[];
  rows: { label: string; values: number[] }[];
}

/** A panel with charts of one span of time. */
export interface ChartsOnPage {
  id: string;
  heading: string;
  lead: string;
  charts: ChartOnPage[];
  table: ChartTable;
}
