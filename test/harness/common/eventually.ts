import { setTimeout as sleep } from 'node:timers/promises';

const INTERVAL = 20;
const WITHIN = 30_000;

/**
 * Repeats the check until it yields something truthy, and returns that. Throws when it has not after `within`
 * milliseconds, with the text of the check.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  within = WITHIN,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + within;
  for (;;) {
    const value = await check();
    if (value) return value as Exclude<T, false | null | undefined>;
    if (Date.now() > deadline) throw new Error(`not true within ${String(within)} ms: ${String(check)}`);
    await sleep(INTERVAL);
  }
}
