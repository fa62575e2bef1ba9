import { Command } from 'commander';
import type { LevelOptions } from './member.actions.js';
import { type ListOptions, withListOptions } from '../list.js';
import { subcommandsOfLevels } from './level-options.js';

/** `postern invitation create | list | revoke` */
export function invitationCommands(): Command {
  const command = new Command('invitation').description('People who are invited to a role by e-mail');
  const subcommand = subcommandsOfLevels(command);

  subcommand('create', 'Invite a person, with or without an account; for the whole installation only owner')
    .argument('<email>', 'e-mail address')
    .argument('<role>', 'owner, admin, viewer or member')
    .action(async (email: string, role: string, options: LevelOptions) =>
      (await import('./invitation.actions.js')).createInvitation(email, role, options),
    );

  withListOptions(subcommand('list', 'List who is invited to exactly this level, newest first')).action(
    async (options: LevelOptions & ListOptions) =>
      (await import('./invitation.actions.js')).listInvitations(options),
  );

  subcommand('revoke', 'Take an invitation back')
    .argument('<id>', 'id of the invitation')
    .action(async (id: string, options: LevelOptions) =>
      (await import('./invitation.actions.js')).revokeInvitation(id, options),
    );
  return command;
}
