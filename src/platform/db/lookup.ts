import { BATCH_LIMITS, Batcher } from './batching.js';

/** Finds values by key. All the keys asked for in one turn of the event loop are one statement. */
export class Lookup<V> {
  readonly #batcher: Batcher<string, V | undefined>;

  /** @param load finds the values of these keys, which are distinct */
  constructor(load: (keys: string[]) => Promise<Map<string, V>>) {
    this.#batcher = new Batcher(BATCH_LIMITS, async (keys) => {
      const found = await load([...new Set(keys)]);
      return keys.map((key) => found.get(key));
    });
  }

  /** Rejects with BatchQueueFull when too many keys are waiting or the database is too slow. */
  find(key: string): Promise<V | undefined> {
    return this.#batcher.submit(key);
  }
}
