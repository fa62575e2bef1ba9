import { setTimeout as sleep } from 'node:timers/promises';

const INTERVAL = 20;
const WITHIN = 30_000;

/**
 * Repeats the check until it neither throws nor returns false, null or undefined, and returns its value. Throws when that
 * has not happened after `within` milliseconds: what the check threw, or its text.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  within = WITHIN,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + within;
  for (;;) {
    let failure: unknown = new Error(`not true within ${String(within)} ms: ${String(check)}`);
    try {
      const value = await check();
      if (value !== false && value !== null && value !== undefined) {
        return value as Exclude<T, false | null | undefined>;
      }
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) throw failure;
    await sleep(INTERVAL);
  }
}
