import { median, percentile } from '../load/report.js';

/** One round of one flow on one product. CPU in microseconds of a repetition, latency in milliseconds. */
export interface Cell {
  flow: string;
  product: string;
  perSecond: number;
  p50: number;
  p99: number;
  server: number;
  postgres: number;
  /** Of what an operator runs beside the product. */
  helper: number;
  /** Of a core: how busy the server was, and all that does not belong to this cell, idle products too. */
  serverBusy: number;
  foreignBusy: number;
  errors: number;
}

/** What is said of a product as a whole. Memory in megabytes, time in seconds. */
export interface Facts {
  product: string;
  version: string;
  ready: number;
  idle: number;
  /** At the end of the load, and when there was none for a while. */
  afterLoad: number;
  quiet: number;
}

/** p50 and p99 of latencies. */
export function latencyOf(latencies: readonly number[]): { p50: number; p99: number } {
  const sorted = latencies.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
}

/** The medians of the rounds, in Markdown. */
export function flowTable(cells: readonly Cell[]): string {
  const nameOf = ({ flow, product }: Cell) => `${flow} | ${product}`;
  const rows = [...new Set(cells.map(nameOf))].map((name) => {
    const of = cells.filter((cell) => nameOf(cell) === name);
    const value = (key: Exclude<keyof Cell, 'flow' | 'product'>) => median(of.map((cell) => cell[key]));
    const server = value('server');
    const helper = value('helper');
    return [
      name,
      (1e6 / server).toFixed(0),
      `${server.toFixed(0)} + ${value('postgres').toFixed(0)}${helper > 0 ? ` + ${helper.toFixed(0)}` : ''}`,
      value('perSecond').toFixed(0),
      value('p50').toFixed(1),
      value('p99').toFixed(1),
      value('serverBusy').toFixed(2),
      value('foreignBusy').toFixed(2),
      String(of.reduce((sum, { errors }) => sum + errors, 0)),
    ];
  });
  const head = ['flow', 'product', 'per second of server core', 'CPU µs server + PostgreSQL (+ login)'];
  return table([...head, 'per second', 'p50 ms', 'p99', 'server busy', 'foreign', 'errors'], rows);
}

export function factTable(facts: readonly Facts[]): string {
  const rows = facts.map(({ product, version, ready, idle, afterLoad, quiet }) => [
    product,
    version,
    ready.toFixed(1),
    String(idle),
    String(afterLoad),
    String(quiet),
  ]);
  return table(['product', 'version', 'ready s', 'idle MB', 'after load MB', 'quiet MB'], rows);
}

function table(head: string[], rows: string[][]): string {
  const rule = head.map(() => '---');
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
