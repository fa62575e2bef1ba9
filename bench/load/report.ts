/** One round of one candidate in one flow. CPU in microseconds and latency in milliseconds, per repetition. */
export interface Round {
  perSecond: number;
  cpuNode: number;
  cpuPostgres: number;
  latencies: number[];
}

/** All that was measured of one candidate in one flow. Memory in bytes, as it was at the end. */
export interface Run {
  flow: string;
  candidate: string;
  rounds: Round[];
  memory: number;
}

/** What the table says of a run. Ratios are of throughput, round by round, and their median. */
export interface Figures {
  flow: string;
  candidate: string;
  perSecond: number;
  ofMemory: number | undefined;
  ofPlain: number | undefined;
  cpuNode: number;
  cpuPostgres: number;
  p50: number;
  p95: number;
  p99: number;
  memoryMegabytes: number;
}

/** The figures of every run, in their order. */
export function figuresOf(runs: readonly Run[]): Figures[] {
  return runs.map((run) => {
    const latencies = run.rounds.flatMap((round) => round.latencies).sort((a, b) => a - b);
    const ratioTo = (candidate: string): number | undefined => {
      const other = runs.find((one) => one.flow === run.flow && one.candidate === candidate);
      return (
        other && median(run.rounds.map((round, at) => round.perSecond / (other.rounds[at]?.perSecond ?? NaN)))
      );
    };
    return {
      flow: run.flow,
      candidate: run.candidate,
      perSecond: median(run.rounds.map((round) => round.perSecond)),
      ofMemory: ratioTo('memory'),
      ofPlain: ratioTo('plain'),
      cpuNode: median(run.rounds.map((round) => round.cpuNode)),
      cpuPostgres: median(run.rounds.map((round) => round.cpuPostgres)),
      p50: percentile(latencies, 0.5),
      p95: percentile(latencies, 0.95),
      p99: percentile(latencies, 0.99),
      memoryMegabytes: run.memory / 1e6,
    };
  });
}

/** The table in Markdown; `rate` is what the column of throughput is called. */
export function tableOf(figures: readonly Figures[], rate: string): string {
  const rows = figures.map((row) => [
    row.flow,
    row.candidate,
    row.perSecond.toFixed(0),
    row.ofMemory?.toFixed(2) ?? '',
    row.ofPlain?.toFixed(2) ?? '',
    `${row.cpuNode.toFixed(0)} + ${row.cpuPostgres.toFixed(0)}`,
    row.p50.toFixed(1),
    row.p95.toFixed(1),
    row.p99.toFixed(1),
    row.memoryMegabytes.toFixed(0),
  ]);
  const head = ['flow', 'candidate', rate, '÷ memory', '÷ plain', 'CPU µs Node + PostgreSQL', 'p50 ms'];
  return [[...head, 'p95', 'p99', 'MB'], Array.from({ length: 10 }, () => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

/** The value below which a share of the sorted values lies. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle one of the values. */
export function median(values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}
