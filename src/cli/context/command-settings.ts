import { readSettings, type Settings } from '../../settings/settings.js';
import { describeUnknownVariable, unknownVariables } from '../../settings/unknown-variables.js';

/** The settings for a command. Variables that look like a misspelt setting are named on stderr. Throws SettingsError. */
export function readCommandSettings(): Settings {
  warnOfUnknownVariables();
  return readSettings();
}

/** Names the variables that look like a misspelt setting on stderr. */
export function warnOfUnknownVariables(): void {
  for (const unknown of unknownVariables()) {
    process.stderr.write(`postern: ${describeUnknownVariable(unknown)}\n`);
  }
}
