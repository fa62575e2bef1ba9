import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DatabaseError } from 'pg';
import { BatchQueueFull } from '../../../src/platform/db/availability.js';
import { Batcher, type BatchLimits } from '../../../src/platform/db/batching.js';
import { Database } from '../../../src/platform/db/database.js';
import { eventually } from '../../harness/common/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database/test-database.js';

let testDatabase: TestDatabase;
let database: Database;
let statements: number[][];

beforeAll(async () => {
  testDatabase = await createTestDatabase('nothing');
  database = new Database(testDatabase.url, 2, () => undefined);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

/** Has PostgreSQL divide 100 by each number, so that a zero is refused and everything takes `seconds`. */
function dividing(given: Partial<BatchLimits> = {}, seconds = 0): Batcher<number, number> {
  const limits = { rows: 10, statements: 2, waiting: 1_000, maxWaitMs: 60_000, ...given };
  statements = [];
  const run = async (inputs: number[]): Promise<number[]> => {
    statements.push(inputs);
    const { rows } = await database.read<{ quotient: number }>({
      name: 'divide',
      text: `SELECT 100 / n AS quotient, pg_sleep(CASE WHEN o = 1 THEN $2::float8 ELSE 0 END)
        FROM unnest($1::int[]) WITH ORDINALITY AS i (n, o) ORDER BY o`,
      values: [inputs, seconds],
    });
    return rows.map(({ quotient }) => quotient);
  };
  return new Batcher(limits, run, (error) => error instanceof DatabaseError && error.code === '22012');
}

test('the calls of one turn are one statement, and each gets its own answer', async () => {
  const batcher = dividing();
  expect(await Promise.all([1, 2, 4, 2].map((n) => batcher.submit(n)))).toEqual([100, 50, 25, 50]);
  expect(statements).toEqual([[1, 2, 4, 2]]);
});

test('an idle one sends before anything else happens', async () => {
  const batcher = dividing();
  const answer = batcher.submit(5);
  await new Promise((resolve) => setImmediate(resolve));
  expect(statements).toEqual([[5]]);
  expect(await answer).toBe(20);
});

test('rows per statement and statements at a time are bounded, and what waits goes out together', async () => {
  const batcher = dividing({ rows: 3 }, 0.2);
  const answers = Promise.all(Array.from({ length: 10 }, () => batcher.submit(1)));
  await new Promise((resolve) => setImmediate(resolve));
  expect(statements.map((rows) => rows.length)).toEqual([3, 3]);
  expect(await answers).toEqual(Array.from({ length: 10 }, () => 100));
  expect(statements.map((rows) => rows.length)).toEqual([3, 3, 3, 1]);
});

test('a row that PostgreSQL refuses fails alone', async () => {
  const batcher = dividing();
  const results = await Promise.allSettled([1, 0, 4].map((n) => batcher.submit(n)));
  expect(results).toEqual([
    { status: 'fulfilled', value: 100 },
    { status: 'rejected', reason: expect.objectContaining({ code: '22012' }) },
    { status: 'fulfilled', value: 25 },
  ]);
});

test('a statement whose fate is unknown is not sent again', async () => {
  const batcher = dividing(undefined, 30);
  const results = Promise.allSettled([1, 2].map((n) => batcher.submit(n)));
  const sleeping = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event = 'PgSleep'`;
  await eventually(async () => (await testDatabase.pool.query(sleeping)).rowCount);
  expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(statements).toHaveLength(1);
  expect(await dividing().submit(10)).toBe(10);
});

test('beyond what may wait it refuses at once, and takes more when the queue is shorter', async () => {
  const batcher = dividing({ rows: 2, statements: 1, waiting: 4 }, 0.2);
  const first = [1, 1].map((n) => batcher.submit(n));
  await new Promise((resolve) => setImmediate(resolve));
  const waiting = [1, 1, 1, 1].map((n) => batcher.submit(n));
  await expect(batcher.submit(1)).rejects.toBeInstanceOf(BatchQueueFull);
  await Promise.all([...first, ...waiting]);
  expect(await batcher.submit(4)).toBe(25);
});
