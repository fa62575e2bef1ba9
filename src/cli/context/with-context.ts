import { type Context, openContext } from '../../context.js';
import type { DatabaseMode } from '../../platform/database-setup/open-database.js';
import { openForCommand } from './open-for-command.js';

/** Runs one command's work with the services that the server uses; see `openForCommand`. */
export function withContext<T>(
  work: (context: Context) => Promise<T>,
  mode: DatabaseMode = 'attach',
): Promise<T> {
  return openForCommand(openContext, work, mode);
}
