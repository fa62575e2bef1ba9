/** The upper bounds of what durations are counted by, in milliseconds; longer ones are counted beyond the last. */
const BOUNDS: readonly number[] = Array.from({ length: 29 }, (_, index) => 2 ** (index / 2 - 1));
const SLOT_MS = 30_000;
/** The span that is kept: five minutes. */
const SLOTS = 10;

interface Slot {
  /** Counted from 1970. */
  number: number;
  counts: number[];
}

/** How long the requests of the last five minutes took. */
export class ResponseTimes {
  readonly #slots: Slot[] = [];

  /** Counts a request that took so many milliseconds. */
  count(milliseconds: number, now = Date.now()): void {
    const { counts } = this.#slotAt(now);
    const found = BOUNDS.findIndex((bound) => milliseconds <= bound);
    const index = found === -1 ? BOUNDS.length : found;
    counts[index] = (counts[index] ?? 0) + 1;
  }

  /** The requests by duration, for `summary`. */
  durations(now = Date.now()): number[] {
    const oldest = Math.floor(now / SLOT_MS) - SLOTS;
    return summed(this.#slots.filter(({ number }) => number > oldest).map(({ counts }) => counts));
  }

  #slotAt(now: number): Slot {
    const number = Math.floor(now / SLOT_MS);
    const last = this.#slots.at(-1);
    if (last?.number === number) return last;
    const slot = { number, counts: BOUNDS.map(() => 0).concat(0) };
    this.#slots.push(slot);
    if (this.#slots.length > SLOTS) this.#slots.shift();
    return slot;
  }
}

/** Durations of several processes as those of one. */
export function summed(all: readonly (readonly number[])[]): number[] {
  return Array.from({ length: BOUNDS.length + 1 }, (_, index) =>
    all.reduce((sum, counts) => sum + (counts[index] ?? 0), 0),
  );
}

/** How many requests these durations are, and what half and 95 % of them took at most, to about a fifth. */
export function summary(durations: readonly number[]): {
  requests: number;
  p50Ms: number | null;
  p95Ms: number | null;
} {
  const requests = durations.reduce((sum, count) => sum + count, 0);
  const at = (share: number) => (requests === 0 ? null : quantile(durations, requests * share));
  return { requests, p50Ms: at(0.5), p95Ms: at(0.95) };
}

function quantile(durations: readonly number[], rank: number): number {
  let below = 0;
  for (const [index, count] of durations.entries()) {
    const [from = 0, to = from] = [BOUNDS[index - 1] ?? 0, BOUNDS[index] ?? BOUNDS.at(-1)];
    if (count > 0 && below + count >= rank)
      return Math.round((from + ((rank - below) / count) * (to - from)) * 10) / 10;
    below += count;
  }
  return BOUNDS.at(-1) ?? 0;
}
