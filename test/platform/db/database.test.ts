import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Database } from '../../../src/platform/db/database.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database/test-database.js';

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase('nothing');
  const url = new URL(testDatabase.url);
  url.searchParams.set('options', '-c search_path=pg_catalog -c statement_timeout=0');
  database = new Database(url.href, 2, () => undefined, { timeout: 3 });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

test('options in the URL are kept, and undo no limit', async () => {
  const text = `SELECT current_setting('search_path') AS path, current_setting('statement_timeout') AS limit,
    current_setting('enable_seqscan') AS seqscan`;
  const expected = [{ path: 'pg_catalog', limit: '3s', seqscan: 'off' }];
  expect((await database.read({ name: 'settings', text, values: [] })).rows).toEqual(expected);
  expect((await database.sql.raw<{ rows: unknown[] }>(text)).rows).toEqual(expected);
});
