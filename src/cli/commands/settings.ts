import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { currentSettings } from '../../settings/settings.js';
import { settingsMarkdown, withSettingsMarkdown } from '../../settings/settings-table.js';
import { warnOfUnknownVariables } from '../command-settings.js';
import { print, table } from '../output.js';

interface SettingsOptions {
  json?: boolean;
  markdown?: true | string;
}

/** `postern settings` */
export function settingsCommand(): Command {
  return new Command('settings')
    .description('Check the settings, and show each with its value and where that comes from')
    .option('--json', 'print JSON')
    .option(
      '--markdown [file]',
      'print what each setting means, or write it between the markers of that file',
    )
    .action(async ({ json, markdown }: SettingsOptions) => {
      if (markdown === undefined) showCurrent(json);
      else if (markdown === true) process.stdout.write(`${settingsMarkdown()}\n`);
      else await writeFile(markdown, withSettingsMarkdown(await readFile(markdown, 'utf8')));
    });
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
