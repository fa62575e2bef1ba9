import type { Ledger } from './ledger.js';
import type { Remembered } from './request.js';

/** What happened in a round. Times in milliseconds of `performance.now()`. */
export interface Round {
  round: number;
  killed: number;
  promoted: number;
  requests: readonly Remembered[];
  ledger: Ledger;
}

/** The head of the table whose rows `report` makes. */
export const TABLE_HEAD = `| round | promoted after | node 1 writes after | node 2 writes after | last failure after | longest request | requests | failures by kind | acknowledged | lost |
|---|---|---|---|---|---|---|---|---|---|
`;

/** One row of the table. */
export function report({ round, killed, promoted, requests, ledger }: Round): string {
  const since = (time: number | undefined) =>
    time === undefined ? 'never' : `${(time - killed).toFixed(0)} ms`;
  const firstWrite = (node: number) =>
    requests
      .filter((one) => one.node % 2 === node && one.started > killed && one.writes && one.outcome === 'ok')
      .reduce<number | undefined>((first, { ended }) => Math.min(first ?? ended, ended), undefined);
  const failures = requests.filter(({ outcome }) => outcome !== 'ok');
  const kinds = new Map<string, number>();
  for (const { outcome } of failures) kinds.set(outcome, (kinds.get(outcome) ?? 0) + 1);
  const lastFailure = failures.reduce<number | undefined>(
    (last, { ended }) => Math.max(last ?? 0, ended),
    undefined,
  );
  const longest = Math.max(...requests.map(({ started, ended }) => ended - started));
  const row = [
    round,
    since(promoted),
    since(firstWrite(0)),
    since(firstWrite(1)),
    lastFailure === undefined ? 'none' : since(lastFailure),
    `${longest.toFixed(0)} ms`,
    requests.length,
    [...kinds].map(([kind, count]) => `${String(count)} × ${kind}`).join(', ') || 'none',
    ledger.size,
    ledger.lost.length,
  ];
  return `| ${row.join(' | ')} |\n`;
}
