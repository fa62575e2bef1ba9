import { Command } from 'commander';
import type { JsonOption } from '../output.js';

/** `postern keys list | rotate` */
export function keysCommands(): Command {
  const command = new Command('keys').description('The keys that sign tokens and cookies');
  command
    .command('list')
    .description('List the signing keys')
    .option('--json', 'print JSON')
    .action(async (options: JsonOption) => (await import('./keys.actions.js')).listKeys(options));
  command
    .command('rotate')
    .description(
      'Sign with the next keys from now on; the current ones stay accepted. Nodes follow within 15 seconds',
    )
    .option('--json', 'print JSON')
    .action(async (options: JsonOption) => (await import('./keys.actions.js')).rotateKeys(options));
  return command;
}
