import { BATCH_LIMITS, Batcher } from './batching.js';

/** Finds values by key: however many ask for whatever keys in one turn of the event loop, it is one statement. */
export class Lookup<V> {
  readonly #batcher: Batcher<string, V | undefined>;

  /** @param load finds the values of these keys, each of which comes once */
  constructor(load: (keys: string[]) => Promise<Map<string, V>>) {
    this.#batcher = new Batcher(BATCH_LIMITS, async (keys) => {
      const found = await load([...new Set(keys)]);
      return keys.map((key) => found.get(key));
    });
  }

  /** Rejects with BatchQueueFull when the database is slower than what is asked of it. */
  find(key: string): Promise<V | undefined> {
    return this.#batcher.submit(key);
  }
}
