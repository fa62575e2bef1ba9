import type { DatabaseMode } from '../../platform/database-setup/open-database.js';
import { createLogger, type Logger } from '../../platform/telemetry/telemetry.js';
import type { Settings } from '../../settings/settings.js';
import { readCommandSettings } from './command-settings.js';

/**
 * Runs one command's work with the services that `open` makes, and closes them afterwards. Throws AppError `not_found`
 * when there is no installation, unless `mode` lets it create one.
 */
export async function openForCommand<C extends { close(): Promise<void> }, T>(
  open: (settings: Settings, mode: DatabaseMode, log: Logger) => Promise<C>,
  work: (context: C) => Promise<T>,
  mode: DatabaseMode,
): Promise<T> {
  const settings = readCommandSettings();
  const context = await open(settings, mode, createLogger({ level: 'warn', format: settings.logFormat }));
  try {
    return await work(context);
  } finally {
    await context.close();
  }
}
