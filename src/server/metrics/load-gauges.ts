import { Gauge, type Registry } from 'prom-client';
import type { Hashing } from '../../platform/crypto/hashing.js';
import { waitingRows } from '../../platform/db/batching.js';
import type { Database } from '../../platform/db/database.js';

/** Measures, at each scrape, how busy this process is with the database and with hashing. */
export function loadGauges(
  registry: Registry,
  { database, hashing }: { database: Pick<Database, 'load'>; hashing: Pick<Hashing, 'load'> },
): void {
  const registers = [registry];
  new Gauge({
    name: 'postern_database_pool_connections',
    help: 'Connections of the pool of DATABASE_POOL_SIZE, by state.',
    labelNames: ['state'],
    registers,
    collect() {
      const { used, free } = database.load;
      this.set({ state: 'used' }, used);
      this.set({ state: 'free' }, free);
    },
  });
  new Gauge({
    name: 'postern_database_pool_waiting',
    help: 'Requests and jobs that wait for a connection of the pool.',
    registers,
    collect() {
      this.set(database.load.waiting);
    },
  });
  new Gauge({
    name: 'postern_database_statements_pending',
    help: 'Statements on the pipelined connections that have no result yet, by kind.',
    labelNames: ['kind'],
    registers,
    collect() {
      const { reads, writes } = database.load;
      this.set({ kind: 'read' }, reads);
      this.set({ kind: 'write' }, writes);
    },
  });
  new Gauge({
    name: 'postern_database_rows_waiting',
    help: 'Rows that wait in the batch queues for a statement.',
    registers,
    collect() {
      this.set(waitingRows());
    },
  });
  new Gauge({
    name: 'postern_hashes_running',
    help: 'Hashes of passwords and secrets that are being computed.',
    registers,
    collect() {
      this.set(hashing.load.running);
    },
  });
  new Gauge({
    name: 'postern_hashes_waiting',
    help: 'Hashes that wait for a core, by what is hashed.',
    labelNames: ['of'],
    registers,
    collect() {
      const { passwords, secrets } = hashing.load;
      this.set({ of: 'passwords' }, passwords);
      this.set({ of: 'secrets' }, secrets);
    },
  });
}
