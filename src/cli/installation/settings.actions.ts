import { readFile, writeFile } from 'node:fs/promises';
import { settingsMarkdown, withSettingsMarkdown } from '../../settings/settings-table.js';
import { currentSettings } from '../../settings/settings.js';
import { warnOfUnknownVariables } from '../context/command-settings.js';
import type { JsonOption } from '../output.js';
import { print } from '../output.js';
import { table } from '../table.js';

/** `markdown` prints the table of the documents; as a string it is the file to write it to. */
export interface SettingsOptions extends JsonOption {
  markdown?: true | string;
}

/** `postern settings` */
export async function showSettings({ json, markdown }: SettingsOptions): Promise<void> {
  if (markdown === undefined) showCurrent(json);
  else if (markdown === true) process.stdout.write(`${settingsMarkdown()}\n`);
  else await writeFile(markdown, withSettingsMarkdown(await readFile(markdown, 'utf8')));
}

function showCurrent(json: boolean | undefined): void {
  warnOfUnknownVariables();
  const settings = currentSettings();
  const rows = settings.map(({ name, value, source }) => [
    name,
    value ?? '',
    value === null ? 'unset' : source,
  ]);
  print(settings, json, table([['NAME', 'VALUE', 'SOURCE'], ...rows]));
}
