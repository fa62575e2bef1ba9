import { Command } from 'commander';
import type { AddMemberOptions, LevelOptions } from './member.actions.js';
import { type ListOptions, withListOptions } from '../list.js';
import { subcommandsOfLevels } from './level-options.js';

const WHOM = 'e-mail address of an account, account:<id>, client:<client_id>, or <issuer>|<sub>';

/** `postern member list | add | update | remove` */
export function memberCommands(): Command {
  const command = new Command('member').description('Who has which role where');
  const subcommand = subcommandsOfLevels(command);

  withListOptions(subcommand('list', 'List the members of exactly this level, newest first')).action(
    async (options: LevelOptions & ListOptions) => (await import('./member.actions.js')).listMembers(options),
  );

  subcommand('add', 'Give a role; for the whole installation only owner')
    .argument('<whom>', WHOM)
    .argument('<role>', 'owner, admin, viewer or member')
    .option('--rotate-secret', 'replace the secrets of the client by a new one, printed once')
    .action(async (name: string, role: string, options: AddMemberOptions) =>
      (await import('./member.actions.js')).addMember(name, role, options),
    );

  subcommand('update', 'Change a role, effective at once')
    .argument('<whom>', WHOM)
    .argument('<role>', 'owner, admin, viewer or member')
    .action(async (name: string, role: string, options: LevelOptions) =>
      (await import('./member.actions.js')).updateMember(name, role, options),
    );

  subcommand('remove', 'Take a role away, effective at once')
    .argument('<whom>', WHOM)
    .action(async (name: string, options: LevelOptions) =>
      (await import('./member.actions.js')).removeMember(name, options),
    );
  return command;
}
