import type { Command } from 'commander';
import type { Page } from '../platform/paging/page.js';
import type { JsonOption } from './output.js';
import { print } from './output.js';
import { table } from './table.js';
import { UsageError } from './usage-error.js';

/** The most entries that one list command prints. */
const MAX_LIMIT = 100;
/** The widest cell of a table, in columns of a terminal. */
const MAX_CELL = 60;

/** Which part of a list to print. */
export interface ListOptions extends JsonOption {
  limit: string;
  cursor?: string;
}

/** Adds the options of every list command. */
export function withListOptions(command: Command): Command {
  return command
    .option('--limit <count>', `how many, 1 to ${String(MAX_LIMIT)}`, String(MAX_LIMIT))
    .option('--cursor <cursor>', 'the next_cursor of the page before');
}

/** Reads the options. Throws UsageError. */
export function pageOptions({ limit, cursor }: ListOptions): { limit: number; cursor: string | undefined } {
  const count = Number(limit);
  if (!/^\d+$/.test(limit) || count < 1 || count > MAX_LIMIT) {
    throw new UsageError(`--limit is a whole number from 1 to ${String(MAX_LIMIT)}.`);
  }
  return { limit: count, cursor };
}

/** Prints a page: all of it as JSON, or a table of `row` of each entry and, when there is more, how to get it. */
export function printPage<T extends object>(
  { data, nextCursor }: Page<T>,
  json: boolean | undefined,
  headings: readonly string[],
  row: (entry: T) => readonly string[],
): void {
  const text = table([headings, ...data.map(row)], MAX_CELL);
  const more =
    nextCursor === null
      ? ''
      : `\n\nThere are more: add --cursor ${nextCursor} (with --json it is next_cursor) for the next page.`;
  print({ data, next_cursor: nextCursor }, json, text + more);
}
