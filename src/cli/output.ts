import { isUnavailable } from '../platform/db/availability.js';
import { EmbeddedDatabaseInUse } from '../platform/embedded-database/owner-lock.js';
import { AppError } from '../platform/errors/errors.js';
import { WorkerFailed } from '../server/processes/worker-pool.js';
import { SettingsError } from '../settings/settings-error.js';

/** Prints what a command yields: JSON for scripts, or the text for people. */
export function print(value: unknown, json: boolean | undefined, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
}

/** Prints an error to stderr: what went wrong and every mistake; nothing of the stack unless it is our bug. */
export function printError(error: unknown, json: boolean): void {
  const message = messageOf(error);
  const errors = error instanceof AppError ? error.errors : [];
  if (json) {
    process.stderr.write(`${JSON.stringify({ error: message, errors })}\n`);
    return;
  }
  const lines = [`postern: ${message}`, ...errors.map(({ pointer, detail }) => `  ${pointer}: ${detail}`)];
  if (!isExpected(error) && error instanceof Error && error.stack) lines.push(error.stack);
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** See the exit codes in the command's help. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof SettingsError) return 2;
  if (error instanceof WorkerFailed) return error.exitCode;
  if (isUnavailable(error) || isRefused(error)) return 5;
  if (!(error instanceof AppError)) return 1;
  if (error.kind === 'unavailable') return 5;
  return error.kind === 'not_found' ? 3 : 4;
}

function isExpected(error: unknown): boolean {
  return (
    error instanceof AppError ||
    error instanceof SettingsError ||
    error instanceof EmbeddedDatabaseInUse ||
    error instanceof WorkerFailed ||
    isUnavailable(error) ||
    isRefused(error)
  );
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AppError) return error.message;
  if (isUnavailable(error)) return `The database does not answer: ${error.message}`;
  return isRefused(error) ? `The database refuses DATABASE_URL: ${error.message}` : error.message;
}

/** PostgreSQL answers, but not to this user or not with this database (SQLSTATE class 28, and 3D000). */
function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(28\w{3}|3D000)$/.test(String(error.code));
}

/** Aligns rows of text in columns two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (max, row) => row.map((cell, index) => Math.max(cell.length, max[index] ?? 0)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
