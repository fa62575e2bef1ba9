import type { DatabaseMode } from '../../platform/database-setup/open-database.js';
import { openTenancyContext, type TenancyContext } from '../../tenancy-context.js';
import { openForCommand } from './open-for-command.js';

/** Runs one command's work with the services below the registry, which is quicker to import; see `openForCommand`. */
export function withTenancyContext<T>(
  work: (context: TenancyContext) => Promise<T>,
  mode: DatabaseMode = 'attach',
): Promise<T> {
  return openForCommand(openTenancyContext, work, mode);
}
