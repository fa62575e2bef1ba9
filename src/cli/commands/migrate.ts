import { Command } from 'commander';
import { migrateUp, schemaState } from '../../platform/database-setup/migrator.js';
import { openDatabase } from '../../platform/database-setup/open-database.js';
import { AppError } from '../../platform/errors/errors.js';
import { createLogger } from '../../platform/telemetry/telemetry.js';
import { readCommandSettings } from '../command-settings.js';
import { print } from '../output.js';

/** `postern migrate` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Bring the schema of the database up to this version')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const opened = await openDatabase(readCommandSettings(), 'attach', createLogger('warn'));
      try {
        const { unknown } = await schemaState(opened.database);
        if (unknown.length > 0) {
          throw new AppError('conflict', `The database belongs to a newer Postern (${unknown.join(', ')}).`);
        }
        const ran = await migrateUp(opened.database);
        print(
          { migrations: ran },
          json,
          ran.length > 0 ? `Ran ${ran.join(', ')}.` : 'The schema is up to date.',
        );
      } finally {
        await opened.close();
      }
    });
}
