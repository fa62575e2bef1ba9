/** The smallest of 1, 2 and 5 times a power of ten that is not less than the value; at least 1. */
export function niceMaximum(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power;
}

/** A number in few characters: 950, 1.5k, 20k, 3M. */
export function shortNumber(value: number): string {
  const [size, unit] = value >= 1_000_000 ? [1_000_000, 'M'] : value >= 1_000 ? [1_000, 'k'] : [1, ''];
  return `${String(Math.round((value / size) * 10) / 10)}${unit}`;
}

const GROUPED = new Intl.NumberFormat('en-GB');

/** Groups of three digits, with a narrow space between them. */
export function longNumber(value: number): string {
  return GROUPED.format(value).replaceAll(',', '\u202f');
}
