import { Command } from 'commander';
import type { CreateAccountOptions, PasswordOptions } from '../actions/account.js';

/** `postern account create | set-password` */
export function accountCommands(): Command {
  const command = new Command('account').description('The people who can sign in');
  command
    .command('create')
    .description('Create an account; without --password-stdin a password is made and printed once')
    .argument('<email>')
    .option('--name <name>', 'full name')
    .option('--operator', 'may administer this installation')
    .option('--password-stdin', 'read the password from standard input')
    .option('--json', 'print JSON')
    .action(async (email: string, options: CreateAccountOptions) =>
      (await import('../actions/account.js')).createAccount(email, options),
    );
  command
    .command('set-password')
    .description('Set a new password; without --password-stdin one is made and printed once')
    .argument('<email>')
    .option('--password-stdin', 'read the password from standard input')
    .option('--json', 'print JSON')
    .action(async (email: string, options: PasswordOptions) =>
      (await import('../actions/account.js')).setPassword(email, options),
    );
  return command;
}
