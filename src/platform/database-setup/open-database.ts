import { resolve } from 'node:path';
import { Secret } from '../../settings/secret.js';
import type { Settings } from '../../settings/settings.js';
import { describeError, type Logger } from '../telemetry/telemetry.js';
import { type DatabaseAddress, Database } from '../db/database.js';
import {
  attachOrStartEmbeddedDatabase,
  type EmbeddedDatabase,
  startEmbeddedDatabase,
} from '../embedded-database/embedded-database.js';
import { AppError } from '../errors/errors.js';
import { isInstalled } from './is-installed.js';

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
 * What a process does with the embedded database. `own`: starts it, after creating it if need be, and throws
 * EmbeddedDatabaseInUse when another process runs it. `attach`: uses the running one, or starts it for the life of this
 * process, and throws AppError `not_found` when it was never created. `attach-or-create`: the same, but creates it.
 */
export type DatabaseMode = 'own' | 'attach' | 'attach-or-create';

/** Connects to DATABASE_URL, else to the embedded database in DATA_DIR. */
export async function openDatabase(
  settings: Settings,
  mode: DatabaseMode,
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
  if (mode === 'attach' && !(await isInstalled(settings.dataDirectory))) {
    throw new AppError(
      'not_found',
      `There is no installation in ${resolve(settings.dataDirectory)}. Run npm start to create one, or set DATA_DIR to the directory of another, or DATABASE_URL.`,
    );
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
