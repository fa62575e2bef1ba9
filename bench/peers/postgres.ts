import { execFileSync } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findBinaries } from '../../src/platform/embedded-database/binaries.js';
import { ENVIRONMENT, unprivilegedUser } from '../../src/platform/embedded-database/server-user.js';
import { LOCAL } from './http.js';
import { launch, type Running } from './processes.js';

const USER = 'peers';
/** Hydra, Keycloak and Postern have pools of their own; all other settings are PostgreSQL's defaults. */
const MAX_CONNECTIONS = 200;

/** The one PostgreSQL that all products have their databases in, durable, over TCP. */
export class Postgres {
  private constructor(
    readonly port: number,
    readonly version: string,
    readonly running: Running,
    private readonly directory: string,
  ) {}

  /** The server of the npm package, or that of POSTGRES_BIN; it refuses to run as root, and then runs as another user. */
  static async start(log: string, port: number, cores: string): Promise<Postgres> {
    const root = await mkdtemp(join(tmpdir(), 'postern-peers-data-'));
    const user = process.getuid?.() === 0 ? await unprivilegedUser() : undefined;
    if (user) await chown(root, user.uid, user.gid);
    const { bin, version } = await findBinaries({ root, user }, process.env['POSTGRES_BIN']);
    const data = join(root, 'pgdata');
    const initdb = ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C'];
    execFileSync(join(bin, 'initdb'), initdb, { ...user, cwd: '/', env: ENVIRONMENT, stdio: 'pipe' });
    const settings = {
      port,
      listen_addresses: LOCAL,
      unix_socket_directories: '',
      max_connections: MAX_CONNECTIONS,
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${String(value)}`]);
    const command = [join(bin, 'postgres'), '-D', data, ...options];
    const running = launch(command, { cores, log, user, env: ENVIRONMENT });
    const postgres = new Postgres(port, version, running, root);
    while (!(await postgres.query('SELECT 1').catch(() => undefined))) {
      postgres.running.assertRunning();
      await sleep(50);
    }
    return postgres;
  }

  /** A new, empty database. */
  async createDatabase(name: string): Promise<void> {
    await this.query(`CREATE DATABASE ${name}`);
  }

  /** The address of a database for libpq and its like. */
  url(database: string, query = ''): string {
    return `postgres://${USER}:unused@${LOCAL}:${String(this.port)}/${database}${query}`;
  }

  async query(text: string, database = 'postgres'): Promise<pg.QueryResult> {
    const client = new pg.Client(this.url(database));
    await client.connect();
    try {
      return await client.query(text);
    } finally {
      await client.end();
    }
  }

  /** SIGINT is its fast shutdown. Its files are deleted. */
  async stop(): Promise<void> {
    await this.running.stop('SIGINT');
    await rm(this.directory, { recursive: true, force: true });
  }
}
