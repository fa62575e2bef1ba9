import { Secret } from '../../settings/secret.js';
import type { Settings } from '../../settings/settings.js';
import { describeError, type Logger } from '../telemetry/telemetry.js';
import { type DatabaseAddress, Database } from '../db/database.js';
import {
  attachOrStartEmbeddedDatabase,
  type EmbeddedDatabase,
  startEmbeddedDatabase,
} from '../embedded-database/embedded-database.js';

/** The database of this process. */
export interface OpenDatabase {
  database: Database;
  /** Whether it is the embedded one, which belongs to this installation alone. */
  embedded: boolean;
  /** For other processes, as long as this one has it open. */
  databaseUrl: Secret;
  close(): Promise<void>;
}

/**
 * Connects to DATABASE_URL, else to the embedded database: `own` starts it and throws EmbeddedDatabaseInUse when another
 * process runs it, `attach` uses the running one, or starts it for the life of this process.
 */
export async function openDatabase(
  settings: Settings,
  mode: 'own' | 'attach',
  log: Logger,
): Promise<OpenDatabase> {
  const onError = (error: Error) =>
    log.warn({ error: describeError(error) }, 'a database connection was lost');
  const open = (address: DatabaseAddress) =>
    new Database(address, settings.databasePoolSize, onError, {
      timeout: settings.databaseTimeout,
      prepared: settings.databasePreparedStatements,
    });
  if (settings.databaseUrl) {
    const { databaseUrl } = settings;
    const database = open(databaseUrl.reveal());
    return { database, embedded: false, databaseUrl, close: () => database.close() };
  }
  const start = mode === 'own' ? startEmbeddedDatabase : attachOrStartEmbeddedDatabase;
  const server = await start({
    dataDirectory: settings.dataDirectory,
    postgresBin: settings.postgresBin,
    log: (line) => log.info(line),
    warn: (line) => log.warn(line),
  });
  const database = open(server.connection);
  return {
    database,
    embedded: true,
    databaseUrl: new Secret(urlOf(server.connection)),
    close: async () => {
      await database.close();
      await server.stop();
    },
  };
}

function urlOf({ host, port, user, database }: EmbeddedDatabase['connection']): string {
  return `postgres://${user}@localhost:${String(port)}/${database}?host=${encodeURIComponent(host)}`;
}
