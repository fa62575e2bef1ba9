const MILLISECONDS = 86_400_000;
const HOUR_MILLISECONDS = 3_600_000;

/** The UTC day of a moment (milliseconds since the epoch), counted from 1970-01-01. */
export function dayOf(time: number): number {
  return Math.floor(time / MILLISECONDS);
}

/** The hour of a moment (milliseconds since the epoch), counted from 1970-01-01. */
export function hourOf(time: number): number {
  return Math.floor(time / HOUR_MILLISECONDS);
}

/** The beginning of an hour. */
export function hourStart(hour: number): Date {
  return new Date(hour * HOUR_MILLISECONDS);
}

/** The number of a day that is written YYYY-MM-DD. */
export function dayFrom(text: string): number {
  return dayOf(Date.parse(`${text}T00:00:00Z`));
}

/** The day as YYYY-MM-DD. */
export function dayText(day: number): string {
  return new Date(day * MILLISECONDS).toISOString().slice(0, 10);
}
