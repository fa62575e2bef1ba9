import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { down, up } from '../../../migrations/20261126090000_number_encryption_keys.js';
import { Database } from '../../../src/platform/db/database.js';
import { Vault } from '../../../src/platform/crypto/sealing.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database/test-database.js';

const vault = new Vault(randomBytes(32));
let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase('schema');
  database = new Database(testDatabase.url, 2, () => undefined);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

test('a sealed value opens for its purpose and context only, and not when a bit was changed', () => {
  const sealed = vault.seal('forms', 'text', 'row');
  expect(vault.open('forms', sealed, 'row').toString()).toBe('text');
  expect(() => vault.open('cookie-keys', sealed, 'row')).toThrow();
  expect(() => vault.open('forms', sealed, 'another row')).toThrow();
  expect(() => new Vault(randomBytes(32)).open('forms', sealed, 'row')).toThrow();
  for (let index = 0; index < sealed.length; index++) {
    const changed = Buffer.from(sealed);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(() => vault.open('forms', changed, 'row')).toThrow();
  }
  expect(() => vault.open('forms', Buffer.alloc(0), 'row')).toThrow();
});

test('a value of another encryption key names the number of that key', () => {
  const sealed = vault.seal('forms', 'text', 'row');
  sealed[0] = 2;
  expect(() => vault.open('forms', sealed, 'row')).toThrow('sealed with key 2');
});

test('what was sealed before keys had numbers opens after the migration', async () => {
  const id = randomUUID();
  const [artifact, device] = [randomBytes(32), randomBytes(32)];
  const text = 'x'.repeat(300);
  const payload = { sealed: vault.seal('artifact-payloads', text, artifact).toString('base64') };
  const { pool } = testDatabase;
  await pool.query(`INSERT INTO cookie_keys (id, state, sealed_key) VALUES ($1, 'previous', $2)`, [
    id,
    vault.seal('cookie-keys', 'key', id),
  ]);
  await pool.query(
    `INSERT INTO artifacts (id, model, payload, sealed_id, expires_at)
     VALUES ($1, 9, $2, NULL, now()), ($3, 6, '{}', $4, now())`,
    [artifact, payload, device, vault.seal('artifact-ids', 'device code', device)],
  );
  const stored = async () => {
    const keys = await pool.query<{ value: Buffer }>('SELECT sealed_key AS value FROM cookie_keys');
    const rows = await pool.query<{ id: Buffer; value: Buffer | null; payload: { sealed?: string } }>(
      'SELECT id, sealed_id AS value, payload FROM artifacts',
    );
    return {
      key: keys.rows[0]?.value as Buffer,
      id: rows.rows.find((row) => row.id.equals(device))?.value as Buffer,
      payload: Buffer.from(rows.rows.find((row) => row.id.equals(artifact))?.payload.sealed ?? '', 'base64'),
    };
  };
  const before = await stored();
  await database.sql.transaction(down);
  const old = await stored();
  expect(old).toEqual({
    key: before.key.subarray(1),
    id: before.id.subarray(1),
    payload: before.payload.subarray(1),
  });
  await database.sql.transaction(up);
  const after = await stored();
  expect(vault.open('cookie-keys', after.key, id).toString()).toBe('key');
  expect(vault.open('artifact-ids', after.id, device).toString()).toBe('device code');
  expect(vault.open('artifact-payloads', after.payload, artifact).toString()).toBe(text);
});
