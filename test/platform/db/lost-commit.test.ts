import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Database } from '../../../src/platform/db/database.js';
import { eventually } from '../../harness/common/eventually.js';
import { administer } from '../../harness/database/administer.js';
import { type Proxy, startProxy } from '../../harness/faults/tcp-proxy.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../harness/database/embedded-postgres.js';
import { killPostgres } from '../../harness/process/process-tree.js';

let postgres: EmbeddedPostgres;
let proxy: Proxy;
let database: Database;
beforeAll(async () => {
  postgres = await startEmbeddedPostgres();
  // Nothing reaches the disk but what is committed.
  await administer(postgres.url, "ALTER SYSTEM SET wal_writer_delay = '10s'", 'SELECT pg_reload_conf()');
  await administer(postgres.url, 'CREATE TABLE things (name text)');
  proxy = await startProxy(postgres.url);
  database = new Database(proxy.url, 2, () => undefined);
});
afterAll(async () => {
  await database.close();
  await proxy.cut();
  await postgres.stop();
});

/** The number of the transaction that each thing is made by. */
const numbers = new Map<string, string>();
const INSERT = 'INSERT INTO things VALUES (?) RETURNING pg_current_xact_id()::text AS number';

async function make(name: string, where = database): Promise<void> {
  await where.transaction(async (tx) => {
    const { rows } = await tx.raw<{ rows: { number: string }[] }>(INSERT, [name]);
    numbers.set(name, rows[0]?.number ?? '');
  });
}

const names = async () => database.sql<{ name: string }>('things').select('name');

test('a transaction that a crash undid is not taken for the one that got its number afterwards', async () => {
  const swallowed = proxy.swallowFrom('COMMIT');
  const answer = make('undone').catch((error: unknown) => error);
  await swallowed;
  const postmaster = await postgres.pid();
  if (postmaster === undefined) throw new Error('PostgreSQL does not run');
  await killPostgres(postmaster);
  const past = new Database(postgres.url, 2, () => undefined);
  await eventually(() =>
    make('another', past).then(
      () => true,
      () => false,
    ),
  );
  await past.close();
  expect(numbers.get('another')).toBe(numbers.get('undone'));
  proxy.reset();
  expect(await answer).toBeInstanceOf(Error);
  expect(await names()).toEqual([{ name: 'another' }]);
});

test('one whose answer alone is lost is known to be done', async () => {
  proxy.loseAnswerTo('COMMIT');
  await make('done');
  expect(await names()).toContainEqual({ name: 'done' });
});
