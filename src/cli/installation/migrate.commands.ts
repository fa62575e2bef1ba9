import { Command } from 'commander';
import type { JsonOption } from '../output.js';

/** `postern migrate` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Bring the schema of the database up to this version')
    .option('--json', 'print JSON')
    .action(async (options: JsonOption) => (await import('./migrate.actions.js')).migrate(options));
}
