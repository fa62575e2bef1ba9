import { spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { SocketAddress } from '../db/database.js';
import { codeOf } from '../files/file-errors.js';
import { type Binaries, findBinaries } from './binaries.js';
import { awaitFormerServer } from './former-server.js';
import { makeDraft, makeSocketDirectory, openLog, renameDurably } from './server-files.js';
import { type DatabaseDirectory, ENVIRONMENT, ownerOf } from './server-user.js';
import type { RunningServer } from './supervisor.js';

const SOCKET = '.s.PGSQL.5432';
const STOP_TIMEOUT_MS = 15_000;
/** How long a start may take, in milliseconds. */
export const START_TIMEOUT_MS = 60_000;

/** Text sorts by code point, with the case rules of Unicode, whatever the machine's locales are. */
const LOCALE = {
  since17: ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  before17: ['--locale=C', '--lc-ctype=C.UTF-8'],
};
const INITDB = ['--encoding=UTF8', '--username=postern', '--auth-local=trust', '--auth-host=reject'];

/** The log has starts, stops and crashes, but no statements, so neither personal data nor much text. */
const SETTINGS = {
  listen_addresses: '',
  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};
const SETTINGS_SINCE_18 = { io_method: 'sync' };
const NOT_DURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** How the server is run. */
export interface ServerOptions {
  /** False: what is committed survives a kill of the process only, not a power cut. */
  durable: boolean;
  /** The directory of `initdb` and `postgres`; undefined: those of the npm package. */
  postgresBin: string | undefined;
}

/** A server that answers. */
export interface StartedServer extends RunningServer {
  address: SocketAddress;
  /** PostgreSQL's version, such as `18.4`. */
  version: string;
}

/** Runs the server, on the directory's first use after creating its files. The caller holds the owner lock. */
export async function startServer(
  directory: DatabaseDirectory,
  options: ServerOptions,
): Promise<StartedServer> {
  const binaries = await findBinaries(directory, options.postgresBin);
  const host = await makeSocketDirectory(directory, SOCKET);
  await awaitFormerServer(directory.root, join(host, SOCKET));
  const log = await openLog(directory);
  try {
    await initialize(directory, binaries, options.durable, log.handle.fd);
    return await run(directory, binaries, options.durable, log.handle.fd, host);
  } catch (cause) {
    const why = `${String(cause)}. Set DATABASE_URL to use a PostgreSQL server of your own.\n${await log.tail()}`;
    throw new Error(`The embedded PostgreSQL did not start: ${why}`, { cause });
  } finally {
    await log.handle.close();
  }
}

/** Makes `pgdata` unless it exists: under another name first, so that an interrupted one is never taken for a database. */
async function initialize(
  directory: DatabaseDirectory,
  { bin, major }: Binaries,
  durable: boolean,
  log: number,
): Promise<void> {
  const pgdata = join(directory.root, 'pgdata');
  if (await ownerOf(pgdata)) return;
  const draft = await makeDraft(directory, 'pgdata-new-');
  const locale = major >= 17 ? LOCALE.since17 : LOCALE.before17;
  const args = ['-D', draft, ...INITDB, ...locale, '--no-instructions', ...(durable ? [] : ['--no-sync'])];
  const how = await spawnGuarded(directory, log, join(bin, 'initdb'), ...args).ended;
  if (how !== 'exit code 0') throw new Error(`initdb: ${how}`);
  await renameDurably(draft, pgdata);
}

async function run(
  directory: DatabaseDirectory,
  { bin, major, version }: Binaries,
  durable: boolean,
  log: number,
  host: string,
): Promise<StartedServer> {
  const settings = {
    ...SETTINGS,
    ...(major >= 18 ? SETTINGS_SINCE_18 : {}),
    unix_socket_directories: `"${host.replaceAll('"', '""')}"`,
    ...(durable ? {} : NOT_DURABLE),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const pgdata = join(directory.root, 'pgdata');
  const { child, ended } = spawnGuarded(directory, log, join(bin, 'postgres'), '-D', pgdata, ...options);
  const stop = async () => {
    child.ref();
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
      child.kill(signal);
      const how = await Promise.race([ended, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
      if (how !== undefined) return fs.rmdir(host).catch(() => undefined);
    }
    throw new Error(`The embedded PostgreSQL (process ${String(child.pid)}) does not stop.`);
  };
  const address = { host, port: 5432, user: 'postern', database: 'postern' };
  await untilReady(address, ended).catch(async (error: unknown) => {
    await stop().catch(() => undefined);
    throw error;
  });
  child.unref();
  return { address, version, ended, stop };
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

function spawnGuarded({ user }: DatabaseDirectory, log: number, ...command: string[]) {
  const child = spawn('/bin/sh', ['-c', GUARD, 'sh', ...command], {
    ...user,
    cwd: '/',
    env: ENVIRONMENT,
    // A session of its own: Ctrl-C in the terminal is for this process, which may still have requests to answer.
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
async function untilReady(address: SocketAddress, ended: Promise<string>): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await query(address, 'SELECT 1');
      return;
    } catch (error) {
      const missing = codeOf(error) === '3D000';
      if (missing) await query({ ...address, database: 'postgres' }, 'CREATE DATABASE postern');
      else if (Date.now() > deadline) throw error;
    }
    const how = await Promise.race([ended, sleep(20)]);
    if (how !== undefined) throw new Error(`postgres: ${how}`);
  }
}

/** Runs one statement on a connection of its own. */
export async function query(address: SocketAddress, sql: string): Promise<void> {
  const client = new pg.Client({ ...address, ssl: false, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}
