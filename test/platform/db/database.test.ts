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

const SETTINGS = `SELECT current_setting('search_path') AS path, current_setting('statement_timeout') AS limit,
  current_setting('enable_seqscan') AS seqscan`;
const statement = { name: 'settings', text: SETTINGS, values: [] };

test('options in the URL are kept, and remove no limit', async () => {
  const prepared = { path: 'pg_catalog', limit: '3s', seqscan: 'off' };
  expect((await database.read(statement)).rows).toEqual([prepared]);
  expect((await database.write(statement)).rows).toEqual([prepared]);
  const { rows } = await database.sql.raw<{ rows: unknown[] }>(SETTINGS);
  expect(rows).toEqual([{ path: 'pg_catalog', limit: '3s', seqscan: 'on' }]);
});

test('background statements have four times the timeout, and migrations none', async () => {
  const { rows } = await database.background(statement);
  expect(rows).toEqual([{ path: 'pg_catalog', limit: '12s', seqscan: 'off' }]);
  const migrating = await database.withoutTimeouts((sql) => sql.raw<{ rows: unknown[] }>(SETTINGS));
  expect(migrating.rows).toEqual([{ path: 'pg_catalog', limit: '0', seqscan: 'on' }]);
});

test('without preparation neither names nor options are sent', async () => {
  const plain = new Database(testDatabase.url, 2, () => undefined, { prepared: false });
  try {
    const { rows } = await plain.read({ ...statement, text: SETTINGS });
    expect(rows).toMatchObject([{ limit: '0', seqscan: 'on' }]);
    const names = await plain.read({ ...statement, text: 'SELECT name FROM pg_prepared_statements' });
    expect(names.rows).toEqual([]);
  } finally {
    await plain.close();
  }
});
