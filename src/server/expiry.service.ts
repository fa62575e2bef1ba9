import { setTimeout as sleep } from 'node:timers/promises';

const PIECE = 1_000;

/** Whatever holds rows that expire. `last` is where the next piece begins. */
export interface ExpiringRows {
  purgeExpired(limit: number, from?: string): Promise<{ count: number; last: string | null }>;
}

/**
 * Deletes what has expired, however much it is, piece by piece; after each it waits for as long as the piece took, so
 * that half of the time is left to requests. Ends early when `stopping` aborts. Returns how many rows it deleted.
 */
export async function purgeExpired(rows: ExpiringRows, stopping: AbortSignal): Promise<number> {
  let deleted = 0;
  let from: string | undefined;
  while (!stopping.aborted) {
    const started = performance.now();
    const { count, last } = await rows.purgeExpired(PIECE, from);
    deleted += count;
    if (count < PIECE || last === null) break;
    from = last;
    await sleep(performance.now() - started, undefined, { signal: stopping }).catch(() => undefined);
  }
  return deleted;
}
