import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { collectGarbage } from './garbage.js';

/** How much the heap may grow, in percent of what is alive, before V8 collects it again. */
const PERCENT = 100;
/** How often the process looks whether it is idle, in milliseconds. */
const INTERVAL = 10_000;
/** A process is busy, and idle, when its event loop was active for more, and less, than this share of the time. */
const BUSY = 0.1;
const IDLE = 0.05;

/**
 * Keeps this process from taking much more memory than it needs. Left alone, V8 lets a small heap grow to four times what is
 * alive, and keeps the memory that load took, however idle the process is afterwards. So the heap may only double, and once the
 * process is idle after it was busy, its garbage is collected. docs/performance.md, "Memory", has what both gain and cost.
 */
export function keepHeapSmall(interval = INTERVAL): void {
  setFlagsFromString(`--heap-growing-percent=${String(PERCENT)}`);
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
