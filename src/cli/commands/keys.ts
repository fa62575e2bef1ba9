import { Command } from 'commander';
import { toSnake } from '../../platform/wire/snake-case.js';
import { print, table } from '../output.js';
import { withContext } from '../with-context.js';

/** `postern keys list | rotate` */
export function keysCommands(): Command {
  const command = new Command('keys').description('The keys that sign tokens and cookies');
  command
    .command('list')
    .description('List the signing keys')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const keys = await withContext((context) => context.keys.list());
      const rows = keys.map(({ kid, alg, state, createdAt }) => [kid, alg, state, createdAt.toISOString()]);
      print(
        { data: keys.map((key) => toSnake(key)) },
        json,
        table([['KID', 'ALG', 'STATE', 'CREATED'], ...rows]),
      );
    });
  command
    .command('rotate')
    .description(
      'Sign with the next keys from now on; the current ones stay accepted. Nodes follow within 15 seconds',
    )
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const keys = await withContext(async (context) => {
        await context.keys.rotate();
        return context.keys.list();
      });
      print({ data: keys.map((key) => toSnake(key)) }, json, 'Rotated.');
    });
  return command;
}
