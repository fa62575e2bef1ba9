import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { killAll } from '../setup/postern-process.js';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.js';
import { away, type Fault, full, readOnly, restarted, slow, swallowed } from './faults.js';
import { type OutageNode, startOutageNode } from './node.js';
import { outage } from './outage.js';

let database: TestDatabase;
let node: OutageNode;
beforeAll(async () => {
  database = await createTestDatabase();
  node = await startOutageNode(database.url, { DATABASE_TIMEOUT: '1' });
});
afterAll(async () => {
  await node.close();
  await killAll();
  await database.drop();
});

const FAULTS: [string, Fault, string[]][] = [away, swallowed, slow(1_500), full, restarted].map((fault) => [
  fault.name,
  fault,
  ['protocol 503', 'admin 503', 'page 503', 'ready 503', 'health 200'],
]);

test.each(FAULTS)(
  '%s: 503s in the shape of each door, nothing half done, and all well afterwards',
  async (_, fault, seen) => {
    const report = await outage(node, fault, { seconds: 2, each: 2, patience: 20 });
    expect(report.wrong).toEqual([]);
    for (const answers of seen) expect(report.during[answers] ?? 0).toBeGreaterThan(0);
  },
);

test('read-only: what only reads goes on, what writes is answered 503', async () => {
  const report = await outage(node, readOnly, { seconds: 2, each: 2, patience: 20 });
  expect(report.wrong).toEqual([]);
  for (const answers of ['protocol 200', 'protocol 503', 'admin 200', 'admin 503', 'page 503'])
    expect(report.during[answers] ?? 0).toBeGreaterThan(0);
});
