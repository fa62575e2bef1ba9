const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LOCALE = 'en-GB';

/** The formats of a time zone. */
interface ZoneFormats {
  day: Intl.DateTimeFormat;
  clock: Intl.DateTimeFormat;
}

/** By time zone, of which there are some hundred: making a format takes a hundred times as long as using it. */
const formats = new Map<string, ZoneFormats>();

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** How long ago a time is, in the largest unit: "just now", "2 minutes ago", "yesterday"; after 30 days its date. */
export function agoText(time: Date, now = new Date(), timeZone = 'UTC'): string {
  const age = now.getTime() - time.getTime();
  if (age < MINUTE) return 'just now';
  if (age < HOUR) return relative.format(-Math.floor(age / MINUTE), 'minute');
  if (age < DAY) return relative.format(-Math.floor(age / HOUR), 'hour');
  if (age <= 30 * DAY) return relative.format(-Math.floor(age / DAY), 'day');
  return dayText(time, timeZone);
}

/** When a number of seconds are over, in whole minutes: "in a minute", "in 12 minutes". */
export function inMinutes(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? 'in a minute' : `in ${String(minutes)} minutes`;
}

/** The date of a time in a time zone: "26 November 2026". */
export function dayText(time: Date, timeZone = 'UTC'): string {
  return formatsOf(timeZone).day.format(time);
}

/** A time to the minute, with the name of the time zone: "26 November 2026, 13:05 UTC". */
export function minuteText(time: Date, timeZone = 'UTC'): string {
  return `${dayText(time, timeZone)}, ${formatsOf(timeZone).clock.format(time)}`;
}

/** Throws RangeError for a time zone that there is not. */
function formatsOf(timeZone: string): ZoneFormats {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = {
    day: new Intl.DateTimeFormat(LOCALE, { dateStyle: 'long', timeZone }),
    clock: new Intl.DateTimeFormat(LOCALE, {
      hour: '2-digit',
      minute: '2-digit',
      timeZone,
      timeZoneName: 'short',
    }),
  };
  formats.set(timeZone, made);
  return made;
}
