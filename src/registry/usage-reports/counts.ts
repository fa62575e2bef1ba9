import type { CounterKind } from '../usage/usage-tally.js';

/** How often something happened on a day (YYYY-MM-DD). `detail` is a grant type, an error code or nothing. */
export interface DayCount {
  day: string;
  kind: CounterKind;
  detail: string;
  count: number;
}

/** How often something happened in an hour, given by its beginning. */
export interface HourCount {
  hour: Date;
  kind: CounterKind;
  detail: string;
  count: number;
}

/** How many people there were on a day, each once; `day` is null for the whole span, each once too. */
export interface PeopleCount {
  day: string | null;
  people: number;
}
