/** The same numbers for the same seed, so that a run that found something can be repeated. */
export class SeededRandom {
  constructor(private state: number) {}

  /** From 0 up to, and without, 1. */
  number(): number {
    // mulberry32
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(from: number, to: number): number {
    return from + this.number() * (to - from);
  }

  chance(share: number): boolean {
    return this.number() < share;
  }

  /** One of them. Throws when there is none. */
  pick<T>(all: readonly T[]): T {
    const index = Math.floor(this.number() * all.length);
    if (index >= all.length) throw new Error('there is nothing to pick from');
    return all[index] as T;
  }

  /** The same items in random order. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = Math.floor(this.number() * (last + 1));
      [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
    }
    return shuffled;
  }
}
