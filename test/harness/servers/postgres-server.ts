import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { eventually } from '../common/eventually.js';
import { freePort } from '../nodes/test-server.js';
import { debianProgram } from './debian.js';
import type { ServerDirectory } from './workplace.js';

const BIN = '/usr/lib/postgresql/15/bin';
const START_TIMEOUT = 60_000;

/** A PostgreSQL of Debian's on 127.0.0.1. `postgres` may do everything; `postern` owns the database `postern`. */
export class PostgresServer {
  #process: ChildProcess | undefined;

  private constructor(
    private readonly place: ServerDirectory,
    private readonly data: string,
    readonly port: number,
  ) {}

  /** Makes a server with the role and its empty database, and starts it. */
  static async create(place: ServerDirectory, name: string): Promise<PostgresServer> {
    await debianProgram(`${BIN}/initdb`, 'postgresql-15');
    const data = place.makeDirectory(name);
    await place.run(
      [`${BIN}/initdb`],
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'],
    );
    const server = new PostgresServer(place, data, await freePort());
    await server.start();
    await server.execute('CREATE ROLE postern LOGIN', 'CREATE DATABASE postern OWNER postern');
    return server;
  }

  /**
   * Makes a hot standby of this server on that port, and starts it; nothing waits for it before `waitForStandby`.
   */
  async makeStandby(name: string, port: number): Promise<PostgresServer> {
    const data = this.place.makeDirectory(name);
    const from = ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'postgres'];
    await this.place.run([`${BIN}/pg_basebackup`], [...from, '-D', data, '-R', '-X', 'stream', '-c', 'fast']);
    const standby = new PostgresServer(this.place, data, port);
    await standby.start();
    return standby;
  }

  url(database = 'postern', user = 'postern'): string {
    return `postgres://${user}@127.0.0.1:${String(this.port)}/${database}`;
  }

  /** Runs statements as `postgres`, each on its own, and returns the rows of the last. */
  async execute(...statements: string[]): Promise<Record<string, unknown>[]> {
    const client = new pg.Client(this.url('postgres', 'postgres'));
    await client.connect();
    try {
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement));
      return rows;
    } finally {
      await client.end();
    }
  }

  async start(): Promise<void> {
    const settings = [`port=${String(this.port)}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
    const logging = ['logging_collector=on', 'log_directory=log', 'max_connections=60'];
    const args = [...settings, ...logging].flatMap((setting) => ['-c', setting]);
    const child = this.place.start([`${BIN}/postgres`], ['-D', this.data, ...args]);
    this.#process = child;
    await eventually(() => {
      if (child.exitCode !== null)
        throw new Error(`PostgreSQL ended with exit code ${String(child.exitCode)}`);
      return this.execute('SELECT 1').catch(() => undefined);
    }, START_TIMEOUT);
  }

  /** Sends a signal to every process of the server at once, so that none can say goodbye to its clients. */
  async signalAll(signal: 'SIGKILL' | 'SIGSTOP'): Promise<void> {
    const child = this.#process;
    if (child?.pid === undefined) throw new Error('PostgreSQL does not run');
    // A stopped postmaster makes no more children.
    child.kill('SIGSTOP');
    const gone = once(child, 'exit');
    for (const pid of childrenOf(child.pid)) process.kill(pid, signal);
    child.kill(signal);
    if (signal === 'SIGKILL') await gone;
  }

  /** Promotes a standby to primary, as an operator would: first it must no longer wait for a standby itself. */
  async promote(): Promise<void> {
    await this.execute("ALTER SYSTEM SET synchronous_standby_names = ''", 'SELECT pg_reload_conf()');
    await this.place.run([`${BIN}/pg_ctl`], ['-D', this.data, '-w', 'promote']);
  }

  /** From now on a commit is acknowledged only when a standby has it on its disk. Waits until there is one. */
  async waitForStandby(): Promise<void> {
    await this.execute("ALTER SYSTEM SET synchronous_standby_names = '*'", 'SELECT pg_reload_conf()');
    const attached = "SELECT FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'sync'";
    await eventually(async () => (await this.execute(attached)).length > 0, START_TIMEOUT);
  }
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]) === parent;
    } catch {
      return false;
    }
  });
}
