import { linesOf } from './workers.js';
import type { PosternProcess } from './postern-process.js';

/** One series of an answer of `/metrics`. */
export interface Series {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** An answer of `/metrics`. */
export class Scrape {
  constructor(readonly text: string) {}

  /** The names of the metrics, of each histogram once. */
  get names(): string[] {
    return [...this.text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  }

  /** The series of this name that have these labels. */
  series(name: string, labels: Record<string, string> = {}): Series[] {
    return this.text
      .split('\n')
      .filter((line) => line.startsWith(name) && ['{', ' '].includes(line[name.length] ?? ''))
      .map(seriesOf)
      .filter((series) => Object.entries(labels).every(([label, value]) => series.labels[label] === value));
  }

  /** The sum of these series. */
  sum(name: string, labels: Record<string, string> = {}): number {
    return this.series(name, labels).reduce((sum, { value }) => sum + value, 0);
  }
}

function seriesOf(line: string): Series {
  const [, name = '', inside = '', value = ''] = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  const labels = [...inside.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)];
  return {
    name,
    labels: Object.fromEntries(labels.map(([, label = '', text = '']) => [label, text])),
    value: Number(value),
  };
}

/** Where the server serves its metrics, by its log; undefined when it does not. */
export function metricsOrigin(server: PosternProcess): string | undefined {
  const [line] = linesOf(server, 'metrics are served');
  return line && `http://127.0.0.1:${String(line['port'])}`;
}

/** Asks `/metrics`. Throws when the server does not serve it. */
export async function scrape(server: PosternProcess): Promise<Scrape> {
  const answer = await fetch(`${metricsOrigin(server) ?? ''}/metrics`);
  return new Scrape(await answer.text());
}
