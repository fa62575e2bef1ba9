import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { artifactKey } from '../../adapters/artifact.models.js';
import { ArtifactRepository, type ArtifactRow } from '../../adapters/artifact.repository.js';
import { AccountsRepository } from '../../src/identity/accounts/accounts.repository.js';
import { AuthorizingAccountsRepository } from '../../src/tenancy/authorizing-accounts/authorizing-accounts.repository.js';
import { LiveClientsRepository } from '../../src/registry/live-clients/live-clients.repository.js';
import { Database } from '../../src/platform/db/database.js';
import { ApisRepository } from '../../src/registry/apis/apis.repository.js';
import { createTestDatabase, type TestDatabase } from '../harness/database/test-database.js';

const ROWS = 20_000;
const TABLES = ['artifacts', 'oauth_clients', 'oauth_client_secrets', 'accounts', 'apis'];

let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const name = new URL(testDatabase.url.replace('@/', '@localhost/')).pathname.slice(1);
  // The worst that can happen: every statement is planned once, on empty tables, and never analyzed.
  await testDatabase.pool.query(`ALTER DATABASE ${name} SET plan_cache_mode = force_generic_plan`);
  await testDatabase.pool.query(
    TABLES.map((table) => `ALTER TABLE ${table} SET (autovacuum_enabled = off)`).join(';'),
  );
  database = new Database(testDatabase.url, 1, () => undefined);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const id = () => randomBytes(16).toString('hex');

function row(overrides: Partial<ArtifactRow> = {}): ArtifactRow {
  return {
    key: artifactKey('AccessToken', id()),
    model: 2,
    payload: '{}',
    grantId: id(),
    clientId: 'none',
    accountId: id(),
    uid: id(),
    userCode: id(),
    sealedId: null,
    expiresAt: Date.now() / 1000 + 600,
    ...overrides,
  };
}

/** Every statement that requests run, on both connections of its kind. */
async function everyStatement(): Promise<void> {
  const artifacts = new ArtifactRepository(database);
  const clients = new LiveClientsRepository(database);
  const accounts = new AccountsRepository(database);
  const authorizing = new AuthorizingAccountsRepository(database);
  const apis = new ApisRepository(database);
  const key = row().key;
  const token = row();
  await artifacts.upsert([token]);
  const each: (() => Promise<unknown>)[] = [
    () => artifacts.find([key, row().key]),
    () => artifacts.findTokens([key, token.key]),
    () => artifacts.findByUid(1, [id()]),
    () => artifacts.findByUserCode(6, randomBytes(32)),
    () => artifacts.upsert([row(), row()]),
    () => artifacts.update([row(), row()]),
    () => artifacts.replace(key, row()),
    () => artifacts.insertOnce(row()),
    () => artifacts.consume([{ key, rows: [row()] }]),
    () => artifacts.destroy([key]),
    () => artifacts.revokeByGrantIds([id()]),
    () => artifacts.purgeExpired(10),
    () => artifacts.deleteInvalidated('nobody'),
    () => clients.find('client-0'),
    () => clients.delegation('nobody', 0),
    () => accounts.find(randomUUID()),
    () => authorizing.find(randomUUID()),
    () => apis.findByAudience('https://nobody.example'),
  ];
  for (const statement of each) await Promise.all([statement(), statement()]);
}

/** How many rows were read so far, one table after the other, then one index after the other. */
async function reads(): Promise<Record<string, number>> {
  const { rows } = await testDatabase.pool.query<{ name: string; reads: string }>(
    `SELECT relname AS name, seq_tup_read AS reads FROM pg_stat_user_tables WHERE relname = ANY ($1)
     UNION ALL SELECT indexrelname, idx_tup_read FROM pg_stat_user_indexes WHERE relname = ANY ($1)`,
    [TABLES],
  );
  return Object.fromEntries(rows.map(({ name, reads }) => [name, Number(reads)]));
}

async function insertClients(from: number, to: number): Promise<void> {
  await testDatabase.pool.query(
    `INSERT INTO oauth_clients (client_id, project_id, registration_type, client_type, client_name, grant_types,
       response_types, scopes, token_endpoint_auth_method)
     SELECT 'client-' || n, p.id, 'manual', 'confidential', 'n', '{}', '{}', '{}', 'client_secret_basic'
     FROM generate_series($1::int, $2::int) AS n, projects p`,
    [from, to],
  );
}

test('a statement planned while its table was empty still goes by an index when the table has grown', async () => {
  await insertClients(0, 0);
  await everyStatement();
  await new ArtifactRepository(database).upsert(Array.from({ length: ROWS }, () => row()));
  await testDatabase.pool.query(
    `INSERT INTO accounts (email, password_hash, profile)
     SELECT n || '@postern.test', 'none', '{}' FROM generate_series(1, $1) AS n`,
    [ROWS],
  );
  await insertClients(1, ROWS);
  await flushed();
  const before = await reads();
  await everyStatement();
  await flushed();
  const after = await reads();
  const read = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  expect(read.filter(([, count]) => count > 100)).toEqual([]);
});

/** The counters of every connection are in the statistics: those of its last but one statement at least. */
async function flushed(): Promise<void> {
  const flush = { name: 'flush', text: 'SELECT pg_stat_force_next_flush()', values: [] };
  for (let round = 0; round < 2; round++) {
    for (const run of [
      () => database.read(flush),
      () => database.write(flush),
      () => database.background(flush),
      () => testDatabase.pool.query(flush.text),
    ]) {
      await Promise.all([run(), run()]);
    }
  }
}
