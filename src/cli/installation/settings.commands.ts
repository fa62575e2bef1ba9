import { Command } from 'commander';
import type { SettingsOptions } from './settings.actions.js';

/** `postern settings` */
export function settingsCommand(): Command {
  return new Command('settings')
    .description('Check the settings, and show each with its value and where that comes from')
    .option('--json', 'print JSON')
    .option(
      '--markdown [file]',
      'print what each setting means, or write it between the markers of that file',
    )
    .action(async (options: SettingsOptions) =>
      (await import('./settings.actions.js')).showSettings(options),
    );
}
