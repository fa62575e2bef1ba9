import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How much the heap may grow, in percent of what is alive, before V8 collects it again. */
const PERCENT = 100;
/** How often the process looks whether it is idle, in milliseconds. */
const INTERVAL = 10_000;
/** A process is busy, and idle, when its event loop was active for more, and less, than this share of the time. */
const BUSY = 0.1;
const IDLE = 0.05;

/**
 * Keeps this process from taking much more memory than it needs. Left alone, V8 lets a small heap grow to four times what is
 * alive, and keeps the memory that starting and load took, however idle the process is afterwards. So the heap may only double,
 * and once the process is idle after it was busy, all garbage is collected, which stops it for 0.1 to 0.2 s.
 * docs/performance.md, "Memory", has what both gain and cost.
 */
export function keepHeapSmall(interval = INTERVAL): void {
  setFlagsFromString(`--heap-growing-percent=${String(PERCENT)}`);
  const collect = collector();
  let wasBusy = true;
  let before = performance.eventLoopUtilization();
  setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    if (utilization > BUSY) wasBusy = true;
    if (wasBusy && utilization < IDLE) {
      wasBusy = false;
      collect();
    }
    // After it, so that a collection does not count as being busy.
    before = performance.eventLoopUtilization();
  }, interval).unref();
}

/** What collects all garbage and gives the memory back. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as NodeJS.GCFunction;
  setFlagsFromString('--no-expose-gc');
  if (Number(process.versions.node.split('.')[0]) >= 22)
    return () => gc({ type: 'major', flavor: 'last-resort' });
  // Node.js 20 knows no flavors. Its first collection finds the pages that the next ones empty.
  return () => {
    for (let times = 0; times < 3; times++) gc();
  };
}
