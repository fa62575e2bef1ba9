import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedDatabase } from '../../../src/platform/embedded-database/embedded-database.js';
import { postmasterOf } from '../process/process-tree.js';

/** A durable PostgreSQL of the harness's own, which its launcher starts again when it is killed. */
export interface EmbeddedPostgres {
  url: string;
  /** Undefined while it is being started. */
  pid: () => Promise<number | undefined>;
  stop(): Promise<void>;
}

export async function startEmbeddedPostgres(): Promise<EmbeddedPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'postern-torture-'));
  const server = await startEmbeddedDatabase({ dataDirectory: directory });
  const { host, port, user, database } = server.connection;
  return {
    url: `postgres://${user}@localhost:${String(port)}/${database}?host=${encodeURIComponent(host)}`,
    pid: () => postmasterOf(join(directory, 'pgdata')),
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
