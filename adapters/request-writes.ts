import { MODELS } from './artifact.models.js';
import type { ArtifactRow } from './artifact.repository.js';
import type { ArtifactStore } from './artifact.store.js';
import { RequestMemory } from './request-memory.js';

/** What a request wants written, and the code or token that it uses up. */
interface Writes {
  rows: ArtifactRow[];
  consumed?: { key: string; lost: () => Promise<void> };
}

const held = new RequestMemory<Writes>();
const WRITES = 'writes';

/** What the request that is being answered has wanted so far; undefined when its writes are not held back. */
export function heldWrites(): Writes | undefined {
  return held.get(WRITES);
}

/**
 * Holds back what the request writes and consumes until the work is done, and does it in one statement then. So what is
 * used up and what is issued for it happen together or not at all: neither a crash nor an error comes between them.
 *
 * Throws what `lost` throws when somebody else has consumed it. When that throws nothing, as for a refresh token in its
 * grace, the refresh token that was issued for it is stored already, and only the rest is written.
 */
export async function inOneStatement(store: ArtifactStore, work: () => Promise<void>): Promise<void> {
  const writes: Writes = { rows: [] };
  held.set(WRITES, writes);
  try {
    await work();
  } finally {
    held.take(WRITES);
  }
  let { rows } = writes;
  if (writes.consumed) {
    if (await store.consume(writes.consumed.key, rows)) return;
    await writes.consumed.lost();
    rows = rows.filter(({ model }) => model !== MODELS.RefreshToken);
  }
  await Promise.all(rows.map((row) => store.upsert(row)));
}
