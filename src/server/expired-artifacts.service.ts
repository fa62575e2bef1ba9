import { setTimeout as sleep } from 'node:timers/promises';

const BATCH_SIZE = 1_000;

/** A table whose rows expire. `last` is where the next batch begins. */
export interface ExpiringRows {
  purgeExpired(limit: number, from?: string): Promise<{ count: number; last: string | null }>;
}

/**
 * Deletes all expired rows in batches; after each it waits for as long as the batch took, so that half of the time is
 * left to requests. Ends early when `stopping` aborts. Returns how many rows it deleted.
 */
export async function purgeExpired(rows: ExpiringRows, stopping: AbortSignal): Promise<number> {
  let deleted = 0;
  let from: string | undefined;
  while (!stopping.aborted) {
    const started = performance.now();
    const { count, last } = await rows.purgeExpired(BATCH_SIZE, from);
    deleted += count;
    if (count < BATCH_SIZE || last === null) break;
    from = last;
    await sleep(performance.now() - started, undefined, { signal: stopping }).catch(() => undefined);
  }
  return deleted;
}
