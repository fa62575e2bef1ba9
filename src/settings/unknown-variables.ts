import { distance } from 'fastest-levenshtein';
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
 * letter. Of a name of fewer than six letters only letters that changed places count.
 */
export function unknownVariables(environment: Environment = process.env): UnknownVariable[] {
  const settings = SETTING_ENTRIES.map(([name]) => name as string);
  return Object.keys(environment).flatMap((name) => {
    if (!environment[name] || settings.includes(name)) return [];
    const [meant] = settings
      .filter((setting) => isMisspelt(name, setting))
      .sort((a, b) => distance(name, a) - distance(name, b));
    return meant === undefined ? [] : [{ name, meant }];
  });
}

/** What to tell about it, in one sentence. */
export function describeUnknownVariable({ name, meant }: UnknownVariable): string {
  return `${name} is not a setting of Postern and has no effect; did you mean ${meant}?`;
}

function isMisspelt(name: string, setting: string): boolean {
  if (Math.abs(name.length - setting.length) > MOST_EDITS) return false;
  if (distance(name, setting) > MOST_EDITS) return false;
  return setting.length >= SHORTEST_COMPARED || hasSameLetters(name, setting);
}

function hasSameLetters(name: string, setting: string): boolean {
  return [...name].sort().join('') === [...setting].sort().join('');
}
