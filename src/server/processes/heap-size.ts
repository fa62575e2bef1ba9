import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { collectGarbage, NODE_MAJOR } from './garbage.js';

/** How much the heap may grow, in percent of what is alive, before V8 collects it again. */
const PERCENT = 100;
/** How often the process looks whether it is idle, in milliseconds. */
const INTERVAL = 10_000;
/**
 * Only with Node.js 22 and newer: with 20 requests take a quarter more CPU for seconds afterwards, because V8 also gives up
 * what it has learned about the program.
 */
const COLLECTS = NODE_MAJOR >= 22;
/** A process is busy, and idle, when its event loop was active for more, and less, than this share of the time. */
const BUSY = 0.1;
const IDLE = 0.05;

/**
 * Keeps this process from taking much more memory than it needs. Left alone, V8 lets a small heap grow to four times what is
 * alive, and keeps the memory that load took, however idle the process is afterwards. So the heap may only double, and once the
 * process is idle after it was busy, its garbage is collected (see `COLLECTS`). docs/performance.md, "Memory", has what both gain
 * and cost.
 */
export function keepHeapSmall({ interval = INTERVAL, collects = COLLECTS } = {}): void {
  setFlagsFromString(`--heap-growing-percent=${String(PERCENT)}`);
  if (collects) collectWhenIdle(interval);
}

function collectWhenIdle(interval: number): void {
  // To start is to be busy.
  let wasBusy = true;
  let before = performance.eventLoopUtilization();
  const look = () => {
    const { utilization } = performance.eventLoopUtilization(before);
    if (utilization > BUSY) wasBusy = true;
    if (wasBusy && utilization < IDLE) {
      wasBusy = false;
      collectGarbage();
    }
    // After it, so that a collection does not count as being busy.
    before = performance.eventLoopUtilization();
  };
  // Each process has an interval of its own: the workers of a node must not all stop at once.
  setInterval(look, interval * (1 + Math.random() / 2)).unref();
}
