import { type Context, openContext } from '../context.js';
import { createLogger } from '../platform/telemetry/telemetry.js';
import { readCommandSettings } from './command-settings.js';

/**
 * Runs one command's work with the services that the server uses, and closes them afterwards. Throws AppError
 * `not_found` when there is no installation, unless `mode` lets it create one.
 */
export async function withContext<T>(
  work: (context: Context) => Promise<T>,
  mode: 'attach' | 'attach-or-create' = 'attach',
): Promise<T> {
  const settings = readCommandSettings();
  const context = await openContext(
    settings,
    mode,
    createLogger({ level: 'warn', format: settings.logFormat }),
  );
  try {
    return await work(context);
  } finally {
    await context.close();
  }
}
