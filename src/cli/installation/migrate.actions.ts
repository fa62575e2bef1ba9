import { migrateUp, schemaState } from '../../platform/database-setup/migrator.js';
import { openDatabase } from '../../platform/database-setup/open-database.js';
import { AppError } from '../../platform/errors/errors.js';
import { createLogger } from '../../platform/telemetry/telemetry.js';
import { readCommandSettings } from '../context/command-settings.js';
import { print } from '../output.js';
import type { JsonOption } from '../output.js';

/** `postern migrate`: makes the installation, too, when there is none. */
export async function migrate({ json }: JsonOption): Promise<void> {
  const settings = readCommandSettings();
  const log = createLogger({ level: 'warn', format: settings.logFormat });
  const opened = await openDatabase(settings, 'attach-or-create', log);
  try {
    const { unknown } = await schemaState(opened.database);
    if (unknown.length > 0) {
      throw new AppError('conflict', `The database belongs to a newer Postern (${unknown.join(', ')}).`);
    }
    const ran = await migrateUp(opened.database);
    const text = ran.length > 0 ? `Ran ${ran.join(', ')}.` : 'The schema is up to date.';
    print({ migrations: ran }, json, text);
  } finally {
    await opened.close();
  }
}
