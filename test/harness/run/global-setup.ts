import { randomBytes } from 'node:crypto';
import { access, chmod, constants, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Vault } from '../../../src/platform/crypto/sealing.js';
import { Database } from '../../../src/platform/db/database.js';
import { startEmbeddedDatabase } from '../../../src/platform/embedded-database/embedded-database.js';
import { migrateUp } from '../../../src/platform/database-setup/migrator.js';
import { KeysRepository } from '../../../src/platform/keys/keys.repository.js';
import { KeysService } from '../../../src/platform/keys/keys.service.js';
import { administer, databaseUrl } from '../database/administer.js';
import { makeGlobalsPackage } from './globals-package.js';

const TEMPLATE = `postern_test_template_${String(process.pid)}`;

/** Where Linux keeps files in memory, and the bytes that have to be free there. */
const MEMORY = '/dev/shm';
const ENOUGH_MEMORY = 6 * 2 ** 30;

/**
 * One PostgreSQL for the whole run: TEST_DATABASE_URL (a role that may create databases), or the embedded one without
 * fsync. Makes a template that test files copy: the migrated schema, and signing keys, which take half a second to make.
 * Temporary files are in memory where there is enough of it: to copy the template takes a tenth of the time there.
 */
export default async function setUp(): Promise<void> {
  await makeGlobalsPackage();
  const temporary = await temporaryDirectory();
  process.env['TMPDIR'] = temporary;
  let url = process.env['TEST_DATABASE_URL'];
  let stop = async () => undefined as void;
  if (!url) {
    const embedded = await startEmbeddedDatabase({
      dataDirectory: join(temporary, 'database'),
      durable: false,
    });
    const { host, port, user, database } = embedded.connection;
    url = `postgres://${user}@localhost:${String(port)}/${database}?host=${encodeURIComponent(host)}`;
    stop = () => embedded.stop();
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
      await rm(temporary, { recursive: true, force: true });
    },
  });
}

/** A new directory, in memory if there is enough of it. */
async function temporaryDirectory(): Promise<string> {
  const free = await access(MEMORY, constants.W_OK)
    .then(() => statfs(MEMORY))
    .then(
      ({ bavail, bsize }) => bavail * bsize,
      () => 0,
    );
  // A container may have less memory than its /dev/shm has room.
  const isEnough = Math.min(free, process.availableMemory()) >= ENOUGH_MEMORY;
  const directory = await mkdtemp(join(isEnough ? MEMORY : tmpdir(), 'postern-test-'));
  // Of root's tests the database and the proxies run as other users.
  await chmod(directory, 0o755);
  return directory;
}
