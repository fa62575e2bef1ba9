import type { Settings } from '../settings.js';
import { describeError, type Logger } from '../telemetry.js';
import { Database } from './database.js';
import { attachOrStartEmbeddedDatabase, startEmbeddedDatabase } from './embedded.js';

/** The database of this process and what it takes to let go of it. */
export interface OpenDatabase {
  database: Database;
  /** Whether it is the embedded one, which belongs to this installation alone. */
  embedded: boolean;
  close(): Promise<void>;
}

/**
 * Connects to DATABASE_URL, else to the embedded database: `own` starts it and refuses when another process has it,
 * `attach` uses the one that is running, or starts it for as long as this process lives.
 */
export async function openDatabase(
  settings: Settings,
  mode: 'own' | 'attach',
  log: Logger,
): Promise<OpenDatabase> {
  const onError = (error: Error) =>
    log.warn({ error: describeError(error) }, 'a database connection was lost');
  if (settings.databaseUrl) {
    const { databasePoolSize, databasePreparedStatements } = settings;
    const database = new Database(
      settings.databaseUrl.reveal(),
      databasePoolSize,
      onError,
      databasePreparedStatements,
    );
    return { database, embedded: false, close: () => database.close() };
  }
  const start = mode === 'own' ? startEmbeddedDatabase : attachOrStartEmbeddedDatabase;
  const server = await start({ dataDirectory: settings.dataDirectory, log: (line) => log.info(line) });
  const database = new Database(server.connection, settings.databasePoolSize, onError);
  return {
    database,
    embedded: true,
    close: async () => {
      await database.close();
      await server.stop();
    },
  };
}
