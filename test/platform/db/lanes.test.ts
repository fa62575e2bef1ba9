import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Database } from '../../../src/platform/db/database.js';
import { Lanes } from '../../../src/platform/db/pipelined-connections.js';
import { administer } from '../../harness/database/administer.js';
import { type Proxy, startProxy } from '../../harness/faults/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database/test-database.js';

const role = `postern_lane_${randomBytes(6).toString('hex')}`;
let database: TestDatabase;
let proxy: Proxy;
let lane: Lanes;

beforeAll(async () => {
  database = await createTestDatabase('nothing');
  await administer(database.url, `CREATE ROLE ${role} LOGIN PASSWORD 'lane' CONNECTION LIMIT 0`);
  const url = new URL(database.url);
  url.username = role;
  url.password = 'lane';
  proxy = await startProxy(url.href);
  lane = new Lanes({ connectionString: proxy.url }, 1, () => undefined);
});
afterAll(async () => {
  await lane.close();
  await proxy.cut();
  await administer(database.url, `DROP ROLE ${role}`);
  await database.drop();
});

const connections = () =>
  lane
    .query<{ n: number }>({
      text: 'SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = current_user',
    })
    .then(({ rows }) => rows[0]?.n);

test('a caller that does not wait for a slow connection gets the error of the last one, and takes no other away', async () => {
  await expect(connections()).rejects.toMatchObject({ code: '53300' });
  await administer(database.url, `ALTER ROLE ${role} CONNECTION LIMIT -1`);
  proxy.delay(150);
  for (let asked = 0; asked < 20; asked++) {
    const answer = await connections().catch((error: unknown) => error);
    if (typeof answer === 'number') break;
    expect(answer).toMatchObject({ code: '53300' });
  }
  proxy.delay(0);
  expect(await connections()).toBe(1);
});

test('a statement behind the one that was to prepare it fails with its error, and works later', async () => {
  await administer(database.url, 'CREATE TABLE closed ()', `GRANT SELECT ON closed TO ${role}`);
  const holder = new Database(database.url, 1, () => undefined);
  const read = () => lane.query({ name: 'closed', text: 'SELECT FROM closed' });
  await lane.query({ text: "SET statement_timeout = '300ms'" });
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
