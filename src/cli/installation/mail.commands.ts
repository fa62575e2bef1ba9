import { Command } from 'commander';
import { type ListOptions, withListOptions } from '../list.js';
import type { JsonOption } from '../output.js';

/** `postern mail list | show` */
export function mailCommands(): Command {
  const command = new Command('mail').description(
    'The mails of the last 24 hours, on localhost without a mail server',
  );
  const subcommand = (name: string, description: string) =>
    command.command(name).description(description).option('--json', 'print JSON');

  withListOptions(subcommand('list', 'List the mails, newest first')).action(async (options: ListOptions) =>
    (await import('./mail.actions.js')).listMails(options),
  );

  subcommand('show', 'Show a mail; without an id the newest one')
    .argument('[id]', 'id of the mail')
    .action(async (id: string | undefined, options: JsonOption) =>
      (await import('./mail.actions.js')).showMail(id, options),
    );
  return command;
}
