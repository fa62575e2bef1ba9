import { setFlagsFromString } from 'node:v8';

/** How much the heap may grow, in percent of what is alive, before V8 collects it again. */
const PERCENT = 100;

/**
 * Keeps this process from growing under load to two or three times what it needs: left alone, V8 lets a small heap grow
 * to four times what is alive. docs/performance.md, "Memory", has what it gains and costs.
 */
export function growHeapSlowly(): void {
  setFlagsFromString(`--heap-growing-percent=${String(PERCENT)}`);
}
