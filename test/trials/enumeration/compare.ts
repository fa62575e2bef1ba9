import type { SeededRandom } from '../../harness/common/seeded-random.js';

/** Two series of times in milliseconds, and how far apart their medians would be by chance. */
export interface Comparison {
  known: number;
  unknown: number;
  difference: number;
  /** In 99 of 100 random divisions of all times into two series their medians are less far apart. */
  noise: number;
}

const DIVISIONS = 2_000;

/** Compares by random divisions of the same times (a permutation test). */
export function compare(
  known: readonly number[],
  unknown: readonly number[],
  random: SeededRandom,
): Comparison {
  const all = [...known, ...unknown];
  const differences = Array.from({ length: DIVISIONS }, () => {
    const shuffled = random.shuffle(all);
    return Math.abs(median(shuffled.slice(0, known.length)) - median(shuffled.slice(known.length)));
  });
  const [ofKnown, ofUnknown] = [median(known), median(unknown)];
  differences.sort((a, b) => a - b);
  return {
    known: ofKnown,
    unknown: ofUnknown,
    difference: Math.abs(ofKnown - ofUnknown),
    noise: differences[Math.floor(DIVISIONS * 0.99)] ?? 0,
  };
}

function median(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
