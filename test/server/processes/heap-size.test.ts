import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const MODULE = new URL('../../../src/server/processes/heap-size.js', import.meta.url).href;

/**
 * A process that is busy and then idle, three times. It says how often the whole heap had been collected when it was
 * collected for the first time after each, and five intervals later. It makes too little garbage for V8 to do that itself.
 */
const PROGRAM = `
  import { PerformanceObserver, constants } from 'node:perf_hooks';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { keepHeapSmall } from ${JSON.stringify(MODULE)};
  let collections = 0;
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections++;
  }).observe({ entryTypes: ['gc'] });
  const INTERVAL = 400;
  keepHeapSmall({ interval: INTERVAL, collects: true });
  const said = [];
  for (let times = 0; times < 3; times++) {
    for (const end = Date.now() + 2 * INTERVAL; Date.now() < end; await sleep(5))
      for (const until = Date.now() + 20; Date.now() < until;);
    const before = collections;
    for (const end = Date.now() + 20_000; collections === before && Date.now() < end; await sleep(50));
    const first = collections - before;
    await sleep(5 * 1.5 * INTERVAL);
    said.push([first, collections - before - first]);
  }
  console.log(JSON.stringify(said));`;

test('a process that is idle after it was busy collects its garbage, and does not go on with it', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM]);
  const said = JSON.parse(stdout) as [first: number, more: number][];
  for (const [first] of said) expect(first).toBeGreaterThan(0);
  // On a machine with more work than cores, an idle process may look busy once, but not all the time.
  const more = said.map(([, count]) => count).toSorted((a, b) => a - b);
  expect(more[0]).toBe(0);
  expect(more[1]).toBe(0);
});
