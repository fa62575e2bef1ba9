import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { administer, databaseUrl } from './administer.js';

/** A database for one test file. */
export interface TestDatabase {
  url: string;
  /** For the statements of the test itself. */
  pool: pg.Pool;
  /** The encryption key that the signing keys in the database are sealed with, as ENCRYPTION_KEY has it. */
  encryptionKey: string;
  drop(): Promise<void>;
}

/** What a new database holds: the schema and signing keys, the schema as before a first start, or nothing. */
export type Content = 'keys' | 'schema' | 'nothing';

/** Copies the template of this run. Throws outside of a run. */
export async function createTestDatabase(content: Content = 'keys'): Promise<TestDatabase> {
  const server = process.env['POSTERN_TEST_SERVER'];
  const template = process.env['POSTERN_TEST_TEMPLATE'];
  const encryptionKey = process.env['POSTERN_TEST_ENCRYPTION_KEY'];
  if (!server || !template || !encryptionKey) throw new Error('run the tests with npm test');
  const name = `postern_test_${randomBytes(6).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${name}${content === 'nothing' ? '' : copyOf(template)}`);
  const url = databaseUrl(server, name);
  if (content === 'schema') await administer(url, 'TRUNCATE installation, signing_keys, cookie_keys');
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => undefined);
  return {
    url,
    pool,
    encryptionKey,
    drop: async () => {
      await pool.end();
      await administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Copies files instead of pages through the log: two thirds of the CPU, half of the time. */
const copyOf = (template: string) => ` TEMPLATE ${template} STRATEGY FILE_COPY`;
