import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { administer, databaseUrl } from './postgres.js';

/** A migrated database of its own. */
export interface TestDatabase {
  url: string;
  /** For the statements of the test itself. */
  pool: pg.Pool;
  drop(): Promise<void>;
}

/** Copies the template; `empty` leaves out the schema. */
export async function createTestDatabase(empty = false): Promise<TestDatabase> {
  const server = process.env['POSTERN_TEST_SERVER'];
  const template = process.env['POSTERN_TEST_TEMPLATE'];
  if (!server || !template) throw new Error('run the tests with npm test');
  const name = `postern_test_${randomBytes(6).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${name}${empty ? '' : ` TEMPLATE ${template}`}`);
  const url = databaseUrl(server, name);
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => undefined);
  return {
    url,
    pool,
    drop: async () => {
      await pool.end();
      await administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}
