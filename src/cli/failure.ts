import { isUnavailable } from '../platform/db/availability.js';
import { EmbeddedDatabaseInUse } from '../platform/embedded-database/owner-lock.js';
import { AppError } from '../platform/errors/errors.js';
import { ServerNotRunning } from '../demo/registration.js';
import { WorkerFailed } from '../server/processes/worker-pool.js';
import { SettingsError } from '../settings/settings-error.js';
import { UsageError } from './usage-error.js';

/** Prints an error to stderr: its message and every error; the stack only when the error is a bug of ours. */
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

/** The exit code that the help of `postern` lists for an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof SettingsError || error instanceof UsageError) return 2;
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
    error instanceof ServerNotRunning ||
    error instanceof UsageError ||
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

/** PostgreSQL answers, but refuses this user or this database (SQLSTATE class 28, and 3D000). */
function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(28\w{3}|3D000)$/.test(String(error.code));
}
