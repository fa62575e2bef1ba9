import { isDeepStrictEqual } from 'node:util';
import { field } from '../../platform/pages/form-tokens.js';
import type { FieldConflict } from '../../platform/console-page-models/records.js';
import type { Members } from '../console/form-values.js';
import type { RecordField } from './record-fields.js';

/** What a field is to be where two operators changed it. */
export type Choice = 'yours' | 'theirs' | 'both';

/**
 * The three states of the fields of a form: as it was filled, as it was sent, and as another operator saved them
 * meanwhile.
 */
export interface ThreeStates {
  base: Members;
  yours: Members;
  theirs: Members;
}

/** The choice of the form about two changes of a field. */
export function choiceFrom(form: URLSearchParams, name: string): Choice {
  const choice = field(form, `choice.${name}`);
  return choice === 'theirs' || choice === 'both' ? choice : 'yours';
}

/** The members of `after` that differ from `before`. */
export function changesBetween(before: Members, after: Members): Members {
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => !isDeepStrictEqual(value, before[name] ?? null)),
  );
}

/** Which fields both changed, to different values, and which only one of them did. */
export function conflictsOf(fields: readonly RecordField[], { base, yours, theirs }: ThreeStates) {
  const changed = fields.map((field) => {
    const [before, mine, saved] = [base[field.name], yours[field.name], theirs[field.name]];
    const byYou = !isDeepStrictEqual(before, mine);
    const byOther = !isDeepStrictEqual(before, saved);
    const conflict: FieldConflict = {
      name: field.name,
      label: field.label,
      before: shown(before),
      yours: shown(mine),
      theirs: shown(saved),
      both: mergedLists(before, mine, saved)?.map(String),
    };
    return { conflict, byYou, byOther, isSame: isDeepStrictEqual(mine, saved) };
  });
  const pick = (test: (one: (typeof changed)[number]) => boolean) =>
    changed.filter(test).map(({ conflict }) => conflict);
  return {
    byBoth: pick(({ byYou, byOther, isSame }) => byYou && byOther && !isSame),
    byYou: pick(({ byYou, byOther }) => byYou && !byOther),
    byOther: pick(({ byYou, byOther, isSame }) => byOther && (!byYou || isSame)),
  };
}

/** What the fields come to: changes of one operator stay, and `choiceOf` decides where both changed one. */
export function merged(
  fields: readonly RecordField[],
  states: ThreeStates,
  choiceOf: (name: string) => Choice | undefined,
): Members {
  const { base, yours, theirs } = states;
  return Object.fromEntries(
    fields.map(({ name }) => {
      const [before, mine, saved] = [base[name], yours[name], theirs[name]];
      if (isDeepStrictEqual(before, mine)) return [name, saved];
      if (isDeepStrictEqual(before, saved)) return [name, mine];
      const choice = choiceOf(name);
      if (choice === 'both') return [name, mergedLists(before, mine, saved) ?? mine];
      return [name, choice === 'theirs' ? saved : mine];
    }),
  );
}

/** What neither removed, and what either added; undefined unless all are lists. */
function mergedLists(before: unknown, mine: unknown, saved: unknown): unknown[] | undefined {
  if (!Array.isArray(before) || !Array.isArray(mine) || !Array.isArray(saved)) return undefined;
  const all: unknown[] = [...new Set([...(saved as unknown[]), ...(mine as unknown[])])];
  return all.filter((entry) => !before.includes(entry) || (mine.includes(entry) && saved.includes(entry)));
}

function shown(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map(String);
  return [typeof value === 'string' ? value : JSON.stringify(value)];
}
