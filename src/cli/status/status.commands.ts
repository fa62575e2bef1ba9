import { Command } from 'commander';
import { type ListOptions, withListOptions } from '../list.js';
import type { JsonOption } from '../output.js';

/** `postern installation` */
export function installationCommand(): Command {
  return new Command('installation')
    .description('Versions, the schema of the database, waiting messages, and what to look at')
    .option('--json', 'print JSON')
    .action(async (options: JsonOption) => (await import('./status.actions.js')).showInstallation(options));
}

/** `postern jobs list` */
export function jobsCommands(): Command {
  const command = new Command('jobs').description('The periodic jobs');
  command
    .command('list')
    .description('List the periodic jobs with their last runs')
    .option('--json', 'print JSON')
    .action(async (options: JsonOption) => (await import('./status.actions.js')).listJobs(options));
  return command;
}

/** `postern outbox list | redeliver` */
export function outboxCommands(): Command {
  const command = new Command('outbox').description('Mails, logout tokens and other messages to deliver');
  const list = command
    .command('list')
    .description('List the messages that wait, or those that were given up')
    .option('--dead', 'those that were given up')
    .option('--kind <kind>', 'messages of this kind, such as mail')
    .option('--json', 'print JSON');
  withListOptions(list).action(async (options: ListOptions & { dead?: boolean; kind?: string }) =>
    (await import('./status.actions.js')).listMessages(options),
  );
  command
    .command('redeliver')
    .description('Deliver a message that was given up again')
    .argument('<id>', 'id of the message')
    .option('--json', 'print JSON')
    .action(async (id: string, options: JsonOption) =>
      (await import('./status.actions.js')).redeliver(id, options),
    );
  return command;
}
