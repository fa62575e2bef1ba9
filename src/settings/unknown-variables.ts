import { SETTING_ENTRIES } from './all-settings.js';
import type { Environment } from './setting.js';

/** A variable that is not a setting, and the setting that was probably meant. */
export interface UnknownVariable {
  readonly name: string;
  readonly meant: string;
}

/** Shorter names, HOST and PORT, are within two edits of many ordinary ones: HOME, PATH, POST. */
const SHORTEST_COMPARED = 6;
const MOST_EDITS = 2;

/**
 * Variables that look like a misspelt setting: within two edits of its name, where an edit inserts, removes or replaces a
 * letter or swaps two neighbours. Of a name of fewer than six letters only a swap counts.
 */
export function unknownVariables(environment: Environment = process.env): UnknownVariable[] {
  const settings = SETTING_ENTRIES.map(([name]) => name as string);
  return Object.keys(environment).flatMap((name) => {
    if (!environment[name] || settings.includes(name)) return [];
    const [meant] = settings
      .filter((setting) => isMisspelt(name, setting))
      .sort((a, b) => editDistance(name, a) - editDistance(name, b));
    return meant === undefined ? [] : [{ name, meant }];
  });
}

/** What to tell about it, in one sentence. */
export function describeUnknownVariable({ name, meant }: UnknownVariable): string {
  return `${name} is not a setting of Postern and has no effect; did you mean ${meant}?`;
}

function isMisspelt(name: string, setting: string): boolean {
  if (Math.abs(name.length - setting.length) > MOST_EDITS) return false;
  const edits = editDistance(name, setting);
  return setting.length >= SHORTEST_COMPARED
    ? edits <= MOST_EDITS
    : edits === 1 && hasSameLetters(name, setting);
}

function hasSameLetters(name: string, setting: string): boolean {
  return [...name].sort().join('') === [...setting].sort().join('');
}

/**
 * Damerau-Levenshtein distance in which no letter is edited twice (optimal string alignment); Infinity when it is more
 * than two, which is known after a few letters of most pairs.
 */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
    if (Math.min(...row) > MOST_EDITS) return Infinity;
  }
  return at(a.length, b.length);
}
