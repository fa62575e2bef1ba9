import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { insertAccount, PASSWORD } from '../database/accounts.js';
import type { TestDatabase } from '../database/test-database.js';
import { PosternProcess, type Environment, runPostern } from './postern-process.js';
import { administer } from '../database/administer.js';
import { type Proxy, startProxy } from '../faults/tcp-proxy.js';
import { freePort } from './test-server.js';

/** A process of Postern behind a proxy, on a database that it uses as a role of its own. */
export interface OutageNode {
  issuer: string;
  proxy: Proxy;
  process: PosternProcess;
  /** The database itself, past the proxy, as its administrator. */
  directUrl: string;
  /** The role that the node signs in as. */
  role: string;
  /** A token for the admin API, good for an hour. */
  adminToken: string;
  person: { email: string; password: string };
  /** Resident memory of the process, in megabytes. */
  rss(): Promise<number>;
  close(): Promise<void>;
}

/** Starts a node that uses this database, and makes a person and an admin token. */
export async function startOutageNode(
  database: TestDatabase,
  settings: Environment = {},
): Promise<OutageNode> {
  const { url: directUrl, encryptionKey } = database;
  const role = `postern_outage_${randomBytes(6).toString('hex')}`;
  const owner = new URL(directUrl).username;
  await administer(directUrl, `CREATE ROLE ${role} LOGIN PASSWORD 'outage'`, `GRANT "${owner}" TO ${role}`);
  const url = new URL(directUrl);
  url.username = role;
  url.password = 'outage';
  const proxy = await startProxy(url.href);
  const port = String(await freePort());
  const environment = {
    ISSUER: `http://localhost:${port}`,
    PORT: port,
    ENCRYPTION_KEY: encryptionKey,
    EXPIRY_INTERVAL: '1',
    PUBLISHER_CHECK_INTERVAL: '1',
    USAGE_FLUSH_INTERVAL: '1',
    REFRESH_GRACE: '300',
    AUTHORIZATION_CODE_TTL: '3600',
    CLIENT_SECRET_ATTEMPTS: '10000',
    ...settings,
  };
  const process = new PosternProcess(['serve'], { ...environment, DATABASE_URL: proxy.url });
  await process.says('"listening"');
  const person = { email: 'outage@people.example', password: PASSWORD };
  await insertAccount(database, person.email);
  const token = await runPostern(['token'], { ...environment, DATABASE_URL: directUrl });
  return {
    issuer: environment.ISSUER,
    proxy,
    process,
    directUrl,
    role,
    adminToken: token.stdout.trim(),
    person,
    rss: async () => {
      const status = await readFile(`/proc/${String(process.child.pid)}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
    },
    close: async () => {
      await process.end('SIGTERM');
      await proxy.cut();
      await administer(directUrl, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
    },
  };
}

/** Runs statements on the database past the proxy; the rows of the last one. */
export async function ask<R extends pg.QueryResultRow>(
  { directUrl }: OutageNode,
  text: string,
  values: unknown[] = [],
): Promise<R[]> {
  const client = new pg.Client({ connectionString: directUrl });
  await client.connect();
  try {
    return (await client.query<R>(text, values)).rows;
  } finally {
    await client.end();
  }
}
