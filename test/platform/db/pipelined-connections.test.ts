import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Database } from '../../../src/platform/db/database.js';
import { PipelinedConnections } from '../../../src/platform/db/pipelined-connections.js';
import { administer } from '../../harness/database/administer.js';
import { type Proxy, startProxy } from '../../harness/faults/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database/test-database.js';

const role = `postern_pipelined_${randomBytes(6).toString('hex')}`;
let database: TestDatabase;
let proxy: Proxy;
let connections: PipelinedConnections;

beforeAll(async () => {
  database = await createTestDatabase('nothing');
  await administer(database.url, `CREATE ROLE ${role} LOGIN PASSWORD 'secret' CONNECTION LIMIT 0`);
  const url = new URL(database.url);
  url.username = role;
  url.password = 'secret';
  proxy = await startProxy(url.href);
  connections = new PipelinedConnections({ connectionString: proxy.url }, 1, () => undefined);
});
afterAll(async () => {
  await connections.close();
  await proxy.cut();
  await administer(database.url, `DROP ROLE ${role}`);
  await database.drop();
});

const count = () =>
  connections
    .query<{ n: number }>({
      text: 'SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = current_user',
    })
    .then(({ rows }) => rows[0]?.n);

test('a statement that does not wait for a slow connection gets the last failure, and opens no second connection', async () => {
  await expect(count()).rejects.toMatchObject({ code: '53300' });
  await administer(database.url, `ALTER ROLE ${role} CONNECTION LIMIT -1`);
  proxy.delay(150);
  for (let asked = 0; asked < 20; asked++) {
    const answer = await count().catch((error: unknown) => error);
    if (typeof answer === 'number') break;
    expect(answer).toMatchObject({ code: '53300' });
  }
  proxy.delay(0);
  expect(await count()).toBe(1);
});

test('a statement behind the one that was to prepare it gets the error of that one, and succeeds later', async () => {
  await administer(database.url, 'CREATE TABLE closed ()', `GRANT SELECT ON closed TO ${role}`);
  const holder = new Database(database.url, 1, () => undefined);
  const read = () => connections.query({ name: 'closed', text: 'SELECT FROM closed' });
  await connections.query({ text: "SET statement_timeout = '300ms'" });
  await holder.transaction(async (tx) => {
    await tx.raw('LOCK TABLE closed');
    const answers = await Promise.allSettled([read(), read(), read()]);
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: '57014' } });
  });
  await holder.close();
  expect((await read()).rowCount).toBe(0);
  await administer(database.url, 'DROP TABLE closed');
});
