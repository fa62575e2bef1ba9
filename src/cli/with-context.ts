import { type Context, openContext } from '../context.js';
import { createLogger } from '../platform/telemetry/telemetry.js';
import { readCommandSettings } from './command-settings.js';

/** Runs one command's work with the services that the server uses, and closes them whatever happens. */
export async function withContext<T>(work: (context: Context) => Promise<T>): Promise<T> {
  const settings = readCommandSettings();
  const context = await openContext(settings, 'attach', createLogger('warn'));
  try {
    return await work(context);
  } finally {
    await context.close();
  }
}
