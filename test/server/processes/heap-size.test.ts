import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const MODULE = new URL('../../../src/server/processes/heap-size.js', import.meta.url).href;

/**
 * A process that is busy, idle, busy and idle again, for longer than it takes to see that. It makes too little
 * garbage for V8 to collect the whole heap by itself, and says how many times that was done, after each.
 */
const PROGRAM = `
  import { PerformanceObserver, constants } from 'node:perf_hooks';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { keepHeapSmall } from '${MODULE}';
  let collections = 0;
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections++;
  }).observe({ entryTypes: ['gc'] });
  keepHeapSmall(200);
  const said = [];
  for (let times = 0; times < 2; times++) {
    for (let turn = 0; turn < 30; turn++) {
      for (const end = Date.now() + 15; Date.now() < end;);
      await sleep(5);
    }
    said.push(collections);
    await sleep(1_500);
    said.push(collections);
    await sleep(1_500);
    said.push(collections);
  }
  console.log(JSON.stringify(said));`;

test('a process collects its garbage once when it is idle after it was busy', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM]);
  const [busy, idle = 0, stillIdle, busyAgain, idleAgain, atTheEnd] = JSON.parse(stdout) as number[];
  expect(busy).toBe(0);
  expect(idle).toBeGreaterThan(0);
  expect(stillIdle).toBe(idle);
  expect(busyAgain).toBe(idle);
  expect(idleAgain).toBeGreaterThan(idle);
  expect(atTheEnd).toBe(idleAgain);
});
