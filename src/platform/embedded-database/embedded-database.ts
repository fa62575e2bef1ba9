import { setTimeout as sleep } from 'node:timers/promises';
import type { SocketAddress } from '../db/database.js';
import { chooseDirectory } from './database-directory.js';
import { EmbeddedDatabaseInUse, newestLock, takeLock } from './owner-lock.js';
import { query, START_TIMEOUT_MS, startServer } from './server.js';
import type { DatabaseDirectory } from './server-user.js';
import { keepRunning } from './supervisor.js';

/** A running database. Only its server's user and root can connect to it. */
export interface EmbeddedDatabase {
  readonly connection: SocketAddress;
  /** Whether this process runs the server; if not, it ends with the process that does. */
  readonly owner: boolean;
  /**
   * Stops the server if this process owns it, dropping the connections that are open and losing nothing that was
   * committed; otherwise does nothing. Safe to call twice. Throws when the server does not stop within 30 seconds.
   */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Made when missing; see `chooseDirectory` for what root does where PostgreSQL's user cannot enter it. */
  dataDirectory: string;
  /** POSTGRES_BIN: the directory of `initdb` and `postgres`, version 15 or newer. Default: those of the npm package. */
  postgresBin?: string | undefined;
  /** Default true: what is committed survives a power cut. False is for tests: it survives kills of the process only. */
  durable?: boolean;
  /** Receives the directory and version of the server that was started. */
  log?: (message: string) => void;
  /** Receives each end of the server that was not asked for, and each start after that which failed. */
  warn?: (message: string) => void;
}

/**
 * Starts PostgreSQL in that directory, on first use creating it and the database `postern`, and resolves when it
 * answers. It ends when `stop` is called or when this process ends, however that happens, and is started again when it
 * ends by itself; it does not keep this process alive. Text sorts by code point on every machine.
 *
 * Throws EmbeddedDatabaseInUse when a live process owns the directory (of several that start at the same moment, one
 * wins), SettingsError when the directory or the programs cannot be used, and an Error that ends in the last lines of the
 * server's log when it does not start within 60 seconds.
 */
export async function startEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  return startIn(await chooseDirectory(options.dataDirectory, options.log ?? ignoreMessage), options);
}

/**
 * Uses the database that another live process (or this one) runs there, or starts it for the life of this process.
 * For the command line. Waits up to 60 seconds for one that is just starting or stopping. Throws what
 * `startEmbeddedDatabase` throws, EmbeddedDatabaseInUse only when the owner's server does not answer.
 */
export async function attachOrStartEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const directory = await chooseDirectory(options.dataDirectory, options.log ?? ignoreMessage);
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      const connection = (await newestLock(directory.root)).owner?.connection;
      if (connection && (await answers(connection))) {
        return { connection, owner: false, stop: () => Promise.resolve() };
      }
      return await startIn(directory, options);
    } catch (error) {
      if (!(error instanceof EmbeddedDatabaseInUse) || Date.now() > deadline) throw error;
    }
    await sleep(50);
  }
}

const ignoreMessage = () => undefined;

async function startIn(directory: DatabaseDirectory, options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { durable = true, postgresBin, log = ignoreMessage, warn = ignoreMessage } = options;
  const lock = await takeLock(directory.root);
  try {
    const start = () => startServer(directory, { durable, postgresBin });
    const first = await start();
    await lock.publish(first.address);
    log(
      `The embedded database runs PostgreSQL ${first.version} in ${directory.root}. For production set DATABASE_URL to a PostgreSQL server that you update and back up.`,
    );
    const end = keepRunning(first, start, warn);
    let stopping: Promise<void> | undefined;
    return {
      connection: first.address,
      owner: true,
      stop: () => (stopping ??= end().then(() => lock.release())),
    };
  } catch (error) {
    await lock.release().catch(ignoreMessage);
    throw error;
  }
}

function answers(address: SocketAddress): Promise<boolean> {
  return query(address, 'SELECT 1').then(
    () => true,
    () => false,
  );
}
