import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { Database } from '../../src/platform/db/database.js';
import type { EmbeddedDatabase } from '../../src/platform/embedded-database/embedded-database.js';
import { migrateUp } from '../../src/platform/database-setup/migrator.js';
import { CANDIDATES, type CandidateName } from './candidates.js';
import { preload } from './preload.js';
import { serve, withOwnClient } from './serving.js';
import type { Target } from '../load/target.js';

/** A running candidate. */
export interface Candidate {
  /** Its name in the table. */
  name: string;
  target: Target;
  pid: number;
  stop(): Promise<void>;
}

/** How candidates are started. `workers` is for Postern, and so is `issuer`, where it is behind a proxy. */
export interface CandidateOptions {
  server: EmbeddedDatabase;
  directory: string;
  port: number;
  rows: number;
  pool: string;
  workers: string;
  issuer?: string;
}

/**
 * Starts the candidate of that name on a database of its own. Behind an `@` Postern has the number of rows that its
 * table is filled with first. Throws when there is no such candidate.
 */
export async function startCandidate(name: string, options: CandidateOptions): Promise<Candidate> {
  const [kind = '', rows = String(options.rows)] = name.split('@');
  if (!isCandidate(kind))
    throw new Error(`there is no candidate "${kind}"; there are: ${CANDIDATES.join('; ')}`);
  const url = await createDatabase(options.server, `bench_${name.replace(/\W/g, '_').toLowerCase()}`);
  const settings = {
    DATA_DIR: options.directory,
    DATABASE_URL: url,
    DATABASE_POOL_SIZE: options.pool,
    ENCRYPTION_KEY: randomBytes(32).toString('base64url'),
    SIGN_IN_ATTEMPTS_PER_ACCOUNT: '10000',
    SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000',
    UV_THREADPOOL_SIZE: '16',
  };
  if (kind.startsWith('postern')) {
    const database = new Database(url, 1, () => undefined);
    await migrateUp(database);
    await preload(database, Number(rows));
    await database.close();
    const metrics = kind === 'postern' ? {} : { METRICS_PORT: String(options.port + 1_000) };
    const behindProxy = options.issuer ? { TRUSTED_PROXIES: '1', SECOND_FACTOR: 'optional' } : {};
    const more = { ...metrics, ...behindProxy, WORKERS: options.workers };
    const serving = await serve(options.port, { ...settings, ...more }, options.issuer);
    return { ...serving, name, target: await withOwnClient(serving.target) };
  }
  const child = fork(fileURLToPath(new URL('./candidate-process.js', import.meta.url)), [kind], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      ...settings,
      ISSUER: `http://localhost:${String(options.port)}`,
      PORT: String(options.port),
    },
  });
  const ended = once(child, 'exit');
  const [target] = (await Promise.race([once(child, 'message'), ended])) as [Target | number | null];
  if (typeof target !== 'object' || target === null) throw new Error(`${name} ended with ${String(target)}`);
  return {
    name,
    target,
    pid: child.pid ?? 0,
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
}

function isCandidate(name: string): name is CandidateName {
  return (CANDIDATES as readonly string[]).includes(name);
}

async function createDatabase({ connection }: EmbeddedDatabase, name: string): Promise<string> {
  const admin = new pg.Client(connection);
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const { host, port, user } = connection;
  return `postgres://${user}@localhost:${String(port)}/${name}?host=${encodeURIComponent(host)}`;
}
