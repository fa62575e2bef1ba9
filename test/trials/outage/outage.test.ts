import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { killAll } from '../../harness/nodes/postern-process.js';
import { createTestDatabase } from '../../harness/database/test-database.js';
import {
  away,
  type Fault,
  full,
  readOnly,
  restarted,
  slow,
  swallowed,
} from '../../harness/faults/database-faults.js';
import { startOutageNode } from '../../harness/nodes/outage-node.js';
import { outage, type Report } from './outage.js';

/** The faults of one lane come one after another on one node; the lanes run at the same time, mostly waiting. */
const LANES = [
  [away, full],
  [swallowed, readOnly],
  [slow(1_500), restarted],
];
const FAULTS = LANES.flat().map(({ name }) => name);
const BOUNDS = { seconds: 2, each: 2, timeout: 20 };
const ANSWERS = ['protocol 503', 'admin 503', 'page 503', 'ready 503', 'health 200'];

const reports = new Map<string, Report>();
/** What each node did when it was asked to stop afterwards. */
const ends: string[] = [];
beforeAll(() => Promise.all(LANES.map(runLane)), 180_000);
afterAll(killAll);

async function runLane(faults: Fault[]): Promise<void> {
  const database = await createTestDatabase();
  const node = await startOutageNode(database, { DATABASE_TIMEOUT: '1' });
  for (const fault of faults)
    reports.set(fault.name, await outage(node, fault, { ...BOUNDS, until: ANSWERS }));
  const ended = node.process.end('SIGTERM').then(() => 'ended');
  ends.push(await Promise.race([ended, sleep(20_000, 'goes on')]));
  node.process.child.kill('SIGKILL');
  await node.close();
  await database.drop();
}

test.each(FAULTS)(
  '%s: 503 in the format of each endpoint, no partial writes, and recovery afterwards',
  (fault) => {
    const report = reports.get(fault);
    expect(report?.wrong).toEqual([]);
    expect(Object.keys(report?.during ?? {})).toEqual(expect.arrayContaining(ANSWERS));
  },
);

test('a node that has gone through outages ends when it is asked to', () => {
  expect(ends).toEqual(LANES.map(() => 'ended'));
});
