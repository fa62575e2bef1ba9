import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Database } from '../../../src/platform/db/database.js';
import { OutboxRepository } from '../../../src/platform/outbox/outbox.repository.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database/test-database.js';

const ROWS = 100_000;
const SLOTS = { limit: 16, scan: 16 };
const LIMITS = { kinds: new Map([['test', { most: 16, perReceiver: 2 }]]), receivers: [] };

let testDatabase: TestDatabase;
let database: Database;
let outbox: OutboxRepository;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = new Database(testDatabase.url, 1, () => undefined);
  outbox = new OutboxRepository(database);
  await testDatabase.pool.query('ALTER TABLE outbox SET (autovacuum_enabled = off)');
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

/** How many rows were read so far, in the table as a whole and by way of its indexes. */
async function reads(): Promise<{ sequential: number; byIndex: number }> {
  for (let round = 0; round < 2; round++) await onEachConnection('SELECT pg_stat_force_next_flush()');
  const { rows } = await testDatabase.pool.query<{ sequential: number; byIndex: number }>(
    `SELECT seq_tup_read::float8 AS sequential,
       (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'outbox')::float8 AS "byIndex"
     FROM pg_stat_user_tables WHERE relname = 'outbox'`,
  );
  return rows[0] ?? { sequential: 0, byIndex: 0 };
}

/** Messages of an hour ago, of which so many have one key, and the rest a key each. */
async function insert(count: number, ofOneKey: number): Promise<void> {
  await testDatabase.pool.query(
    `INSERT INTO outbox (id, kind, ordering_key, payload, created_at, due_at)
     SELECT gen_random_uuid(), 'test', CASE WHEN n <= $2 THEN '\\x00'::bytea ELSE sha256(n::text::bytea) END, '\\x00',
       now() - interval '1 hour', now() - interval '1 hour' + n * interval '1 microsecond'
     FROM generate_series(1, $1::int) AS n`,
    [count, ofOneKey],
  );
}

/** Runs a statement on each connection for writes. */
async function onEachConnection(text: string): Promise<void> {
  const statement = { name: text.toLowerCase().replaceAll(/\W+/g, '_'), text, values: [] };
  await Promise.all([database.write(statement), database.write(statement)]);
}

/** How many rows are read by claiming, by each way to finish, and by deleting what was given up. */
async function readByOneRound(): Promise<{ sequential: number; byIndex: number }> {
  const owner = randomUUID();
  const before = await reads();
  const { rows } = await outbox.claim(owner, LIMITS, SLOTS);
  expect(rows).toHaveLength(16);
  const [first, second, third] = rows;
  if (!first || !second || !third) throw new Error('nothing was claimed');
  expect(await outbox.complete(first)).toBe(true);
  expect(await outbox.retry(second, 'away', 60)).toBe(true);
  expect(await outbox.giveUp(third, 'gone')).toBe(true);
  expect(await outbox.complete({ ...second, owner: randomUUID() })).toBe(false);
  expect(await outbox.purgeDeadLetters(0)).toBe(1);
  const after = await reads();
  return { sequential: after.sequential - before.sequential, byIndex: after.byIndex - before.byIndex };
}

test('claiming, finishing and retrying read few rows when 100 000 wait, whenever the plans were made', async () => {
  // The statements are prepared while the table is empty, and no statistics are collected later.
  for (let times = 0; times < 12; times++) await outbox.claim(randomUUID(), LIMITS, SLOTS);
  await insert(ROWS, 0);
  const early = await readByOneRound();
  // PostgreSQL also makes plans again when a connection has fallen behind with invalidation messages.
  await onEachConnection('DISCARD PLANS');
  const late = await readByOneRound();
  expect(early.sequential + late.sequential).toBe(0);
  expect(Math.max(early.byIndex, late.byIndex)).toBeLessThan(200);
});

test('a backlog of one key does not hold up messages of others', async () => {
  await testDatabase.pool.query('TRUNCATE outbox');
  await insert(20_000, 20_000);
  await testDatabase.pool.query(
    "INSERT INTO outbox (id, kind, payload) VALUES (gen_random_uuid(), 'test', '\\x00')",
  );
  const owner = randomUUID();
  const claimed: string[] = [];
  let statements = 0;
  for (let scan = 16, more = true; more; scan = Math.min(1_000, scan * 4)) {
    const piece = await outbox.claim(owner, LIMITS, { limit: 16, scan });
    claimed.push(...piece.rows.map(({ id }) => id));
    more = piece.seen === scan;
    statements++;
  }
  // The head of the key, and the one without a key that came last.
  expect(claimed).toHaveLength(2);
  expect(statements).toBeLessThan(30);
  const before = await reads();
  expect((await outbox.claim(owner, LIMITS, SLOTS)).seen).toBe(0);
  const after = await reads();
  expect(after.sequential - before.sequential).toBe(0);
});
