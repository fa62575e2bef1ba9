import { randomBytes } from 'node:crypto';
import { administer, databaseUrl } from './postgres.js';

/** A migrated database of its own. */
export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** Copies the template; `empty` leaves out the schema. */
export async function createTestDatabase(empty = false): Promise<TestDatabase> {
  const server = process.env['POSTERN_TEST_SERVER'];
  const template = process.env['POSTERN_TEST_TEMPLATE'];
  if (!server || !template) throw new Error('run the tests with npm test');
  const name = `postern_test_${randomBytes(6).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${name}${empty ? '' : ` TEMPLATE ${template}`}`);
  return {
    url: databaseUrl(server, name),
    drop: () => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}
