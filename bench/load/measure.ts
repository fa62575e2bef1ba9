import type { Step } from './flows.js';

/** What a slice of load yielded. Latencies in milliseconds, CPU in microseconds. */
export interface Slice {
  requests: number;
  seconds: number;
  latencies: number[];
}

/** Repeats each step as fast as it answers for so many seconds; rejects when a step does. */
export async function load(steps: readonly Step[], seconds: number): Promise<Slice> {
  const latencies: number[] = [];
  const started = performance.now();
  const until = started + seconds * 1000;
  await Promise.all(
    steps.map(async (step) => {
      while (performance.now() < until) {
        const from = performance.now();
        await step();
        latencies.push(performance.now() - from);
      }
    }),
  );
  return { requests: latencies.length, seconds: (performance.now() - started) / 1000, latencies };
}
