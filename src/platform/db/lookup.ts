import { BATCH_LIMITS, Batcher } from './batching.js';

/** Finds values by key. All the keys asked for in one turn of the event loop are one statement. */
export class Lookup<V> {
  readonly #batcher: Batcher<readonly string[], V | undefined>;

  /** @param load finds the values of these keys, which are distinct */
  constructor(load: (keys: string[]) => Promise<Map<string, V>>) {
    this.#batcher = new Batcher(BATCH_LIMITS, async (asked) => {
      const distinct = new Set<string>();
      for (const keys of asked) for (const key of keys) distinct.add(key);
      const found = await load([...distinct]);
      return asked.map((keys) => firstOf(keys, found));
    });
  }

  /** Rejects with BatchQueueFull when too many keys are waiting or the database is too slow. */
  find(key: string): Promise<V | undefined> {
    return this.#batcher.submit([key]);
  }

  /** The value of the first of these keys that has one; as `find` does. */
  findFirst(keys: readonly string[]): Promise<V | undefined> {
    return this.#batcher.submit(keys);
  }
}

function firstOf<V>(keys: readonly string[], found: ReadonlyMap<string, V>): V | undefined {
  for (const key of keys) {
    const value = found.get(key);
    if (value !== undefined) return value;
  }
  return undefined;
}
