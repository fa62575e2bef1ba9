import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { SocketAddress } from '../../../src/platform/db/database.js';
import { eventually } from '../../harness/common/eventually.js';
import {
  attachOrStartEmbeddedDatabase,
  startEmbeddedDatabase,
} from '../../../src/platform/embedded-database/embedded-database.js';
import { EmbeddedDatabaseInUse } from '../../../src/platform/embedded-database/owner-lock.js';

const started: ChildProcess[] = [];
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'postern-embedded-'));
  // As root, the server's user has to get in.
  await chmod(directory, 0o755);
});

afterEach(async () => {
  await Promise.all(started.splice(0).map(kill));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** Starts a process that owns the database there, or finds that it cannot. */
async function startOwner(dataDirectory: string) {
  const script = fileURLToPath(new URL('./embedded-owner.js', import.meta.url));
  const child = spawn(process.execPath, [script, dataDirectory], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const said = JSON.parse(line.toString()) as { connection?: SocketAddress; owner?: number; error?: string };
  return { child, ...said };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function query(connection: SocketAddress, sql: string): Promise<unknown[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function serverPid(dataDirectory: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDirectory, 'pgdata', 'postmaster.pid'), 'utf8'), 10);
}

async function isRunningIn(dataDirectory: string): Promise<boolean> {
  const pid = await serverPid(dataDirectory).catch(() => undefined);
  return pid !== undefined && runs(pid);
}

/** Whether the process runs; one that has ended and waits to be collected does not. */
async function runs(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  return !stat.includes(') Z ');
}

describe('the embedded database', () => {
  test('starts, sorts by code point, stops, and has its rows on the next start', async () => {
    const dataDirectory = join(directory, 'plain');
    const first = await startEmbeddedDatabase({ dataDirectory, durable: false });
    const pid = await serverPid(dataDirectory);
    expect(first.owner).toBe(true);
    await query(first.connection, `CREATE TABLE words AS SELECT unnest(ARRAY['b', 'é', 'B', 'a']) AS word`);
    await first.stop();
    await first.stop();
    expect(await runs(pid)).toBe(false);

    const second = await startEmbeddedDatabase({ dataDirectory, durable: false });
    const words = await query(second.connection, 'SELECT word FROM words ORDER BY word');
    await second.stop();
    expect(words).toEqual([{ word: 'B' }, { word: 'a' }, { word: 'b' }, { word: 'é' }]);
  });

  test('keeps committed rows when its owner is killed, and leaves no server behind', async () => {
    const dataDirectory = join(directory, 'killed');
    const { child, connection, error } = await startOwner(dataDirectory);
    expect(error).toBeUndefined();
    if (!connection) throw new Error('no connection');
    await query(connection, 'CREATE TABLE notes AS SELECT 1 AS id');
    const pid = await serverPid(dataDirectory);
    await kill(child);

    await eventually(async () => !(await runs(pid)), 2_000);

    const next = await startEmbeddedDatabase({ dataDirectory });
    const notes = await query(next.connection, 'SELECT id FROM notes');
    await next.stop();
    expect(notes).toEqual([{ id: 1 }]);
  });

  test('is started again when its server is killed, with its rows, and stops for good when told to', async () => {
    const dataDirectory = join(directory, 'restarted');
    const said: string[] = [];
    const database = await startEmbeddedDatabase({ dataDirectory, warn: (line) => said.push(line) });
    await query(database.connection, 'CREATE TABLE notes AS SELECT 1 AS id');
    const first = await serverPid(dataDirectory);
    process.kill(first, 'SIGKILL');

    const notes = await eventually(() =>
      query(database.connection, 'SELECT id FROM notes').catch(() => undefined),
    );
    expect(notes).toEqual([{ id: 1 }]);
    const second = await serverPid(dataDirectory);
    expect(second).not.toBe(first);
    expect(said[0]).toBe('PostgreSQL ended by itself (SIGKILL) and is started again.');
    await database.stop();
    expect(await runs(second)).toBe(false);
  });

  test('stops for good while its server is being started again', async () => {
    const dataDirectory = join(directory, 'stopped');
    const database = await startEmbeddedDatabase({ dataDirectory });
    await query(database.connection, 'CREATE TABLE notes AS SELECT 1 AS id');
    process.kill(await serverPid(dataDirectory), 'SIGKILL');
    await sleep(50);
    await database.stop();
    expect(await isRunningIn(dataDirectory)).toBe(false);
    const next = await startEmbeddedDatabase({ dataDirectory });
    expect(await query(next.connection, 'SELECT id FROM notes')).toEqual([{ id: 1 }]);
    await next.stop();
  });

  // As PostgreSQL 18 is when it is interrupted while it recovers from a crash of one of its processes.
  test('is started although its former server is stuck and does not end when it is interrupted', async () => {
    const dataDirectory = join(directory, 'stuck');
    const pgdata = join(dataDirectory, 'pgdata');
    const database = await startEmbeddedDatabase({ dataDirectory });
    await query(database.connection, 'CREATE TABLE notes AS SELECT 1 AS id');
    const lock = await readFile(join(pgdata, 'postmaster.pid'), 'utf8');
    await database.stop();
    const program = "process.on('SIGINT', () => {}); setInterval(() => {}, 1e3); console.log('runs')";
    const stuck = spawn(process.execPath, ['-e', program, pgdata], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(stuck);
    await once(stuck.stdout, 'data');
    await writeFile(join(pgdata, 'postmaster.pid'), lock.replace(/^\d+/, String(stuck.pid)));

    const next = await startEmbeddedDatabase({ dataDirectory });
    expect(await query(next.connection, 'SELECT id FROM notes')).toEqual([{ id: 1 }]);
    await next.stop();
    expect(stuck.signalCode).toBe('SIGQUIT');
  });

  test('can be started again at once after its owner was killed', async () => {
    const dataDirectory = join(directory, 'killed');
    const { child } = await startOwner(dataDirectory);
    await kill(child);
    const next = await startEmbeddedDatabase({ dataDirectory });
    expect(await query(next.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await next.stop();
  });

  test('refuses a second start and names the owner, and lets the second process use the first one', async () => {
    const dataDirectory = join(directory, 'second');
    const { child, connection } = await startOwner(dataDirectory);
    const refused: unknown = await startEmbeddedDatabase({ dataDirectory }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(EmbeddedDatabaseInUse);
    expect(refused).toMatchObject({ pid: child.pid });

    const attached = await attachOrStartEmbeddedDatabase({ dataDirectory });
    expect(attached).toMatchObject({ owner: false, connection });
    await attached.stop();
    expect(await query(attached.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('has one owner when several processes start at the same moment', async () => {
    const dataDirectory = join(directory, 'race');
    const all = await Promise.all([1, 2, 3].map(() => startOwner(dataDirectory)));
    const winners = all.filter(({ connection }) => connection);
    expect(winners).toHaveLength(1);
    for (const loser of all.filter(({ connection }) => !connection)) {
      expect(loser.owner).toBe(winners[0]?.child.pid);
    }
  });

  test('runs in a directory whose path is too long for a socket', async () => {
    const dataDirectory = join(directory, 'x'.repeat(120));
    const database = await startEmbeddedDatabase({ dataDirectory, durable: false });
    expect(await query(database.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await database.stop();
  });
});
