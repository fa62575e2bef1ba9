import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import * as files from './server-files.js';
import { type SocketAddress, EmbeddedDatabaseInUse, newestLock, takeLock } from './owner-lock.js';
import { keepRunning } from './supervisor.js';
import { processStartTime, isListed } from './process-identity.js';

const SOCKET = '.s.PGSQL.5432';
const START_TIMEOUT = 60_000;
const STOP_TIMEOUT = 15_000;

/** A running database. Only its server's user and root can reach it. */
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
  /**
   * Made when missing. As root it is opened for reading (not the data in it); when still no unprivileged user can reach
   * it, the database is in /var/lib/postern-<hash of this path> instead, the same at each start, and `log` is told.
   */
  dataDirectory: string;
  /** Default true: what is committed survives a power cut. False is for tests: it survives kills of the process only. */
  durable?: boolean;
  /** Told that the data lies elsewhere. */
  log?: (message: string) => void;
  /** Told that the server has ended by itself, and of each start after that which failed. */
  warn?: (message: string) => void;
}

/**
 * Starts PostgreSQL in that directory, on first use creating it and the database `postern`, and resolves when it
 * answers. It ends when `stop` is called or when this process ends, however that happens, and is started again when it
 * ends by itself; it does not keep this process alive. Text sorts by code point on every machine.
 *
 * Throws EmbeddedDatabaseInUse when a live process owns the directory (of several that start at the same moment, one
 * wins), and an Error that ends in the last lines of the server's log when it does not start within 60 seconds.
 */
export async function startEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  return startIn(await files.chooseDirectory(options.dataDirectory, options.log ?? nothing), options);
}

/**
 * Uses the database that another live process (or this one) runs there, or starts it for the life of this process.
 * For the command line. Waits up to 60 seconds for one that is just starting or stopping. Throws what
 * `startEmbeddedDatabase` throws, EmbeddedDatabaseInUse only when the owner's server does not answer.
 */
export async function attachOrStartEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const place = await files.chooseDirectory(options.dataDirectory, options.log ?? nothing);
  const deadline = Date.now() + START_TIMEOUT;
  for (;;) {
    try {
      const connection = (await newestLock(place.root)).owner?.connection;
      if (connection && (await query(connection, 'SELECT 1').then(() => true, nothing))) {
        return { connection, owner: false, stop: () => Promise.resolve() };
      }
      return await startIn(place, options);
    } catch (error) {
      if (!(error instanceof EmbeddedDatabaseInUse) || Date.now() > deadline) throw error;
    }
    await sleep(50);
  }
}

const nothing = () => undefined;

async function startIn(place: files.DatabaseDirectory, options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const lock = await takeLock(place.root);
  try {
    const start = () => startServer(place, options.durable ?? true);
    const first = await start();
    await lock.publish(first.connection);
    const end = keepRunning(first, start, options.warn ?? nothing);
    let stopping: Promise<void> | undefined;
    return {
      connection: first.connection,
      owner: true,
      stop: () => (stopping ??= end().then(() => lock.release())),
    };
  } catch (error) {
    await lock.release().catch(nothing);
    throw error;
  }
}

/** initdb's choices: text sorts by code point, with the case rules of Unicode, whatever the machine's locales are. */
const INITDB = [
  ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  ...['--username=postern', '--auth-local=trust', '--auth-host=reject', '--no-instructions'],
];

/** The log has starts, stops and crashes, but no statements, so neither personal data nor much text. */
const SETTINGS = {
  listen_addresses: '',
  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  io_method: 'sync',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};
const NOT_DURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** Runs the server, on the place's first use after creating its files. Its caller holds the lock. */
async function startServer(place: files.DatabaseDirectory, durable: boolean) {
  const pgdata = join(place.root, 'pgdata');
  const native = await files.usableBinaries(place);
  const host = await files.makeSocketDirectory(place, SOCKET);
  await awaitFormerServer(pgdata, join(host, SOCKET));
  // Not seen above: a server in another container that shares this directory.
  if (await answers(join(host, SOCKET)))
    throw new Error(`A server that this process cannot see runs in ${place.root}.`);
  const log = await files.openLog(place);
  const program = (name: string, ...args: string[]) =>
    spawnGuarded(place, log.handle.fd, join(native, 'bin', name), ...args);
  try {
    if (!(await files.ownerOf(pgdata))) {
      // Created under another name, so that one that was interrupted is never taken for a database.
      const draft = await files.makeDraft(place, 'pgdata-new-');
      const how = await program('initdb', '-D', draft, ...INITDB, ...(durable ? [] : ['--no-sync'])).ended;
      if (how !== 'exit code 0') throw new Error(`initdb: ${how}`);
      await files.renameDurably(draft, pgdata);
    }
    const sockets = { unix_socket_directories: `"${host.replaceAll('"', '""')}"` };
    const settings = { ...SETTINGS, ...sockets, ...(durable ? {} : NOT_DURABLE) };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const { child, ended } = program('postgres', '-D', pgdata, ...options);
    const stop = async () => {
      child.ref();
      for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
        child.kill(signal);
        const how = await Promise.race([ended, sleep(STOP_TIMEOUT, undefined, { ref: false })]);
        if (how !== undefined) return fs.rmdir(host).catch(nothing);
      }
      throw new Error(`The embedded PostgreSQL (process ${String(child.pid)}) does not stop.`);
    };
    const connection = { host, port: 5432, user: 'postern', database: 'postern' };
    await untilReady(connection, ended).catch(async (error: unknown) => {
      await stop().catch(nothing);
      throw error;
    });
    child.unref();
    return { connection, ended, stop };
  } catch (cause) {
    const why = `${String(cause)}. ${files.OWN_SERVER}\n${await log.tail()}`;
    throw new Error(`The embedded PostgreSQL did not start: ${why}`, { cause });
  } finally {
    await log.handle.close();
  }
}

/**
 * Becomes the program, leaving behind a watcher that interrupts it (for PostgreSQL: a fast, clean shutdown) when the
 * pipe on standard input closes. The system closes that when our process ends, even when it is killed.
 */
const GUARD = `
exec 3<&0 </dev/null
( ( while read -r _; do :; done; kill -INT $$ 2>/dev/null ) <&3 3<&- & )
exec 3<&-
exec "$@"`;

function spawnGuarded(place: files.DatabaseDirectory, log: number, ...command: string[]) {
  const child = spawn('/bin/sh', ['-c', GUARD, 'sh', ...command], {
    ...place.user,
    cwd: '/',
    env: files.ENVIRONMENT,
    // A session of its own: Ctrl-C in the terminal is for us, who may still have requests to answer.
    detached: true,
    stdio: ['pipe', log, log],
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${String(code)}`));
  });
  void ended.then(() => child.stdin?.destroy());
  return { child, ended };
}

/** Resolves when the server answers and has our database. Throws when it ends first, or after 60 seconds. */
async function untilReady(connection: SocketAddress, ended: Promise<string>): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT;
  for (;;) {
    try {
      await query(connection, 'SELECT 1');
      return;
    } catch (error) {
      const missing = files.codeOf(error) === '3D000';
      if (missing) await query({ ...connection, database: 'postgres' }, 'CREATE DATABASE postern');
      else if (Date.now() > deadline) throw error;
    }
    const how = await Promise.race([ended, sleep(20)]);
    if (how !== undefined) throw new Error(`postgres: ${how}`);
  }
}

async function query(connection: SocketAddress, sql: string): Promise<void> {
  const client = new pg.Client({ ...connection, ssl: false, connectionTimeoutMillis: 5_000 });
  client.on('error', nothing);
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Whether a server listens there. */
async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  const connected = once(socket, 'connect').then(() => true, nothing);
  return (await connected.finally(() => socket.destroy())) ?? false;
}

/**
 * Waits for the server of a former owner, which may be shutting down, and ends one that has lost its watcher. Removes
 * the lock files left by a crash when another program has that pid now, or when nobody has collected the process that had
 * it: PostgreSQL would refuse to start.
 */
async function awaitFormerServer(pgdata: string, socket: string): Promise<void> {
  const file = join(pgdata, 'postmaster.pid');
  const remove = async () => {
    if (await answers(socket)) return;
    await fs.rm(`${socket}.lock`, { force: true });
    await fs.rm(file, { force: true });
  };
  const deadline = Date.now() + STOP_TIMEOUT;
  for (let asked = false; Date.now() < deadline; asked = true) {
    const pid = Number.parseInt((await fs.readFile(file, 'utf8').catch(files.ignore('ENOENT'))) ?? '', 10);
    if (!(pid > 0)) return;
    if ((await processStartTime(pid)) === undefined) return isListed(pid) ? remove() : undefined;
    const command = await fs.readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => undefined);
    if (command !== undefined && !command.split('\0').includes(pgdata)) return remove();
    if (command !== undefined && !asked) process.kill(pid, 'SIGINT');
    await sleep(50);
  }
}
