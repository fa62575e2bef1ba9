import { readSettings } from '../../src/settings/settings.js';
import { SettingsError } from '../../src/settings/settings-error.js';

/** What is wrong, in sentences. */
export function sentencesOf(env: Record<string, string>, read = readSettings): readonly string[] {
  try {
    read(env);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems;
  }
}

/** The names of the variables that are wrong. */
export function problemsOf(env: Record<string, string>): string[] {
  return sentencesOf(env).map((problem) => problem.split(/[:.]/, 1)[0] ?? '');
}
