import { Command } from 'commander';
import type {
  CreateAccountOptions,
  ListAccountsOptions,
  PasswordOptions,
  UpdateAccountOptions,
} from './account.actions.js';
import { withListOptions } from '../list.js';
import { addAccountAccessCommands } from './account-access.commands.js';
import type { JsonOption } from '../output.js';

const ACCOUNT = 'e-mail address or id of the account';
const load = () => import('./account.actions.js');

/** `postern account create | update | list | show | set-password | import`, and those of `account-access.ts` */
export function accountCommands(): Command {
  const command = new Command('account').description('The people who can sign in');
  const subcommand = (name: string, description: string) =>
    command.command(name).description(description).option('--json', 'print JSON');
  const withProfile = (made: Command) =>
    made
      .option('--name <name>', 'full name')
      .option(
        '--claim <claim=value...>',
        'standard claims, such as given_name=Ada, phone_number_verified=true or address.country=UK',
      );

  withProfile(subcommand('create', 'Create an account; without a password one is made and printed once'))
    .argument('<email>')
    .option('--operator', 'may administer this installation')
    .option('--verified', 'the e-mail address is known to be the person’s')
    .option('--password-stdin', 'read the password from standard input')
    .option(
      '--password-hash <hash>',
      'the hash of another system: bcrypt, PBKDF2, scrypt, Firebase’s or argon2; the first sign-in replaces it',
    )
    .action(async (email: string, options: CreateAccountOptions) =>
      (await load()).createAccount(email, options),
    );

  withProfile(subcommand('update', 'Change an account; a claim without a value, as in nickname=, is removed'))
    .argument('<account>', ACCOUNT)
    .option('--email <email>', 'a new e-mail address, not verified unless --verified is there too')
    .option('--verified', 'the e-mail address is known to be the person’s')
    .option('--no-verified', 'the e-mail address is not verified')
    .action(async (name: string, options: UpdateAccountOptions) =>
      (await load()).updateAccount(name, options),
    );

  withListOptions(subcommand('list', 'List accounts, newest first'))
    .option('--starts-with <text>', 'only those whose e-mail address or name begins with this')
    .option('--status <status>', 'only those that are active, disabled or deleting')
    .action(async (options: ListAccountsOptions) => (await load()).listAccounts(options));

  subcommand('show', 'Show an account')
    .argument('<account>', ACCOUNT)
    .action(async (name: string, options: JsonOption) => (await load()).showAccount(name, options));

  subcommand('set-password', 'Set a new password; without --password-stdin one is made and printed once')
    .argument('<account>', ACCOUNT)
    .option('--password-stdin', 'read the password from standard input')
    .action(async (name: string, options: PasswordOptions) => (await load()).setPassword(name, options));

  subcommand('import', 'Create an account from each line of a file: JSON as for the admin API')
    .argument('<file>', 'newline-delimited JSON; - is standard input')
    .action(async (file: string, options: JsonOption) =>
      (await import('./account.actions.js')).importAccounts(file, options),
    );
  addAccountAccessCommands(subcommand, ACCOUNT);
  return command;
}
