import { table } from './table.js';

/** Prints the result of a command: JSON for scripts, or the text for people. */
export function print(value: unknown, json: boolean | undefined, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
}

/**
 * Drops output whose reader has ended, as `head` does, so that the command still finishes its work. Output that cannot be
 * written for another reason (a full disk) ends the process with one sentence and exit code 1.
 */
export function ignoreClosedPipes(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`postern: The output cannot be written: ${error.message}\n`);
    process.exit(1);
  });
}

/** A record as lines of name and value; what is null or an empty list is left out. */
export function describeRecord(wire: object): string {
  const shown = Object.entries(wire).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  // Values of records are to be copied: they are not shortened.
  return table(
    shown.map(([name, value]) => [name, cellOf(value)]),
    Infinity,
    Infinity,
  );
}

function cellOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether to print JSON. */
export interface JsonOption {
  json?: boolean;
}
