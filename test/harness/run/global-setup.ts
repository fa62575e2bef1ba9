import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Vault } from '../../../src/platform/crypto/sealing.js';
import { Database } from '../../../src/platform/db/database.js';
import { startEmbeddedDatabase } from '../../../src/platform/embedded-database/embedded-database.js';
import { migrateUp } from '../../../src/platform/database-setup/migrator.js';
import { KeysRepository } from '../../../src/platform/keys/keys.repository.js';
import { KeysService } from '../../../src/platform/keys/keys.service.js';
import { administer, databaseUrl } from '../database/administer.js';

const TEMPLATE = `postern_test_template_${String(process.pid)}`;

/**
 * One PostgreSQL for the whole run: TEST_DATABASE_URL (a role that may create databases), or the embedded one without
 * fsync. Makes a template that test files copy: the migrated schema, and signing keys, which take half a second to make.
 */
export default async function setUp(): Promise<void> {
  let url = process.env['TEST_DATABASE_URL'];
  let stop = async () => undefined as void;
  if (!url) {
    const directory = await mkdtemp(join(tmpdir(), 'postern-test-'));
    const embedded = await startEmbeddedDatabase({ dataDirectory: directory, durable: false });
    const { host, port, user, database } = embedded.connection;
    url = `postgres://${user}@localhost:${String(port)}/${database}?host=${encodeURIComponent(host)}`;
    stop = async () => {
      await embedded.stop();
      await rm(directory, { recursive: true, force: true });
    };
  }
  const encryptionKey = randomBytes(32);
  process.env['POSTERN_TEST_SERVER'] = url;
  process.env['POSTERN_TEST_TEMPLATE'] = TEMPLATE;
  process.env['POSTERN_TEST_ENCRYPTION_KEY'] = encryptionKey.toString('base64url');
  await administer(url, `DROP DATABASE IF EXISTS ${TEMPLATE}`, `CREATE DATABASE ${TEMPLATE}`);
  const template = new Database(databaseUrl(url, TEMPLATE), 2, () => undefined);
  await migrateUp(template);
  await new KeysService(template, new KeysRepository(template), new Vault(encryptionKey)).ensure();
  await template.close();
  Object.assign(globalThis, {
    stopTestDatabase: async () => {
      await administer(url, `DROP DATABASE IF EXISTS ${TEMPLATE}`);
      await stop();
    },
  });
}
