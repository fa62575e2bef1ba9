import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { eventually } from '../common/eventually.js';
import { freePort } from '../nodes/test-server.js';
import type { Command, ServerDirectory } from './workplace.js';

/** PgBouncer in transaction mode. */
export interface Pooler {
  /** The database `postern` through it. */
  url: string;
  stop(): Promise<void>;
}

/** How the pooler is set up. */
export interface PoolerOptions {
  /** The server's port on 127.0.0.1. */
  server: number;
  /** Connections to the server, for all clients together. */
  size: number;
  /** Lines for pgbouncer.ini. */
  lines: readonly string[];
}

/** Starts PgBouncer and waits until the database answers through it. */
export async function startPgBouncer(
  place: ServerDirectory,
  command: Command,
  { server, size, lines }: PoolerOptions,
): Promise<Pooler> {
  const port = await freePort();
  const file = join(place.directory, 'pgbouncer.ini');
  writeFileSync(join(place.directory, 'userlist.txt'), '"postern" ""\n');
  writeFileSync(
    file,
    `
[databases]
postern = host=127.0.0.1 port=${String(server)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${String(port)}
unix_socket_dir =
auth_type = trust
auth_file = ${join(place.directory, 'userlist.txt')}
logfile = ${join(place.directory, 'pgbouncer.log')}
pool_mode = transaction
default_pool_size = ${String(size)}
${lines.join('\n')}
`,
  );
  const child = place.start(command, ['-q', file]);
  const url = `postgres://postern@127.0.0.1:${String(port)}/postern`;
  await eventually(() => {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended with exit code ${String(child.exitCode)}`);
    return answers(url);
  }, 10_000);
  return {
    url,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client(url);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
