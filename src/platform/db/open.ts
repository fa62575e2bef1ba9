import { Secret } from '../../settings/secret.js';
import type { Settings } from '../../settings/settings.js';
import { describeError, type Logger } from '../telemetry/telemetry.js';
import { type Connection, Database } from './database.js';
import {
  attachOrStartEmbeddedDatabase,
  type EmbeddedDatabase,
  startEmbeddedDatabase,
} from '../embedded-database/embedded.js';

/** The database of this process and what it takes to let go of it. */
export interface OpenDatabase {
  database: Database;
  /** Whether it is the embedded one, which belongs to this installation alone. */
  embedded: boolean;
  /** Where other processes find it while this one has it open. */
  databaseUrl: Secret;
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
  const open = (connection: Connection) =>
    new Database(connection, settings.databasePoolSize, onError, {
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
