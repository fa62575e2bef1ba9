import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats the check until it passes. Throws what it throws when so many seconds have passed. */
export async function eventually<T>(check: () => T | Promise<T>, withinSeconds = 10): Promise<T> {
  const deadline = performance.now() + withinSeconds * 1_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(20);
    }
  }
}
