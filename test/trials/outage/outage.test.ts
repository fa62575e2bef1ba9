import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { killAll } from '../../harness/nodes/postern-process.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database/test-database.js';
import {
  away,
  type Fault,
  full,
  readOnly,
  restarted,
  slow,
  swallowed,
} from '../../harness/faults/database-faults.js';
import { type OutageNode, startOutageNode } from '../../harness/nodes/outage-node.js';
import { outage } from './outage.js';

let database: TestDatabase;
let node: OutageNode;
beforeAll(async () => {
  database = await createTestDatabase();
  node = await startOutageNode(database, { DATABASE_TIMEOUT: '1' });
});
afterAll(async () => {
  await node.close();
  await killAll();
  await database.drop();
});

const BOUNDS = { seconds: 2, each: 2, timeout: 20 };
const FAULTS: [string, Fault][] = [away, swallowed, slow(1_500), full, readOnly, restarted].map((fault) => [
  fault.name,
  fault,
]);
const ANSWERS = ['protocol 503', 'admin 503', 'page 503', 'ready 503', 'health 200'];

test.each(FAULTS)(
  '%s: 503 in the format of each endpoint, no partial writes, and recovery afterwards',
  async (_, fault) => {
    const report = await outage(node, fault, { ...BOUNDS, until: ANSWERS });
    expect(report.wrong).toEqual([]);
    expect(Object.keys(report.during)).toEqual(expect.arrayContaining(ANSWERS));
  },
);
