import type { Command } from 'commander';
import type { EndSessionsOptions } from './account-access.actions.js';
import type { JsonOption } from '../output.js';

const load = () => import('./account-access.actions.js');

/**
 * `postern account disable | enable | delete | restore | sessions | end-sessions | apps | revoke-app | end-access | factors |
 * roles | send-recovery | reset-factors`
 */
export function addAccountAccessCommands(
  subcommand: (name: string, description: string) => Command,
  account: string,
): void {
  const STEPS = {
    disable: 'Disable an account: it is signed out everywhere at once, and cannot sign in',
    enable: 'Enable a disabled account',
    delete: 'Delete an account in seven days; it is signed out everywhere at once',
    restore: 'Restore an account that is being deleted',
  } as const;
  for (const step of ['disable', 'enable', 'delete', 'restore'] as const)
    subcommand(step, STEPS[step])
      .argument('<account>', account)
      .action(async (name: string, options: JsonOption) => (await load()).changeStatus(name, step, options));

  subcommand('sessions', 'List where an account is signed in, last used first')
    .argument('<account>', account)
    .action(async (name: string, options: JsonOption) => (await load()).listSessions(name, options));

  subcommand('end-sessions', 'End the sessions of an account, and sign it out of its applications')
    .argument('<account>', account)
    .option('--session <id>', 'only this one')
    .action(async (name: string, options: EndSessionsOptions) => (await load()).endSessions(name, options));

  subcommand('apps', 'List what an account allowed applications, last used first')
    .argument('<account>', account)
    .action(async (name: string, options: JsonOption) => (await load()).listApps(name, options));

  subcommand('revoke-app', 'Take back all that an account allowed an application')
    .argument('<account>', account)
    .argument('<client_id>', 'the application')
    .action(async (name: string, clientId: string, options: JsonOption) =>
      (await load()).revokeApp(name, clientId, options),
    );

  subcommand('end-access', 'End the sessions of an account, and take back all that it allowed applications')
    .argument('<account>', account)
    .action(async (name: string, options: JsonOption) => (await load()).endAccess(name, options));

  subcommand('factors', 'Show the second factors of an account')
    .argument('<account>', account)
    .action(async (name: string, options: JsonOption) => (await load()).showFactors(name, options));

  subcommand('roles', 'List where an account has a role')
    .argument('<account>', account)
    .action(async (name: string, options: JsonOption) => (await load()).listRoles(name, options));

  subcommand('send-recovery', 'Send the person a mail with a link to set a new password')
    .argument('<account>', account)
    .action(async (name: string, options: JsonOption) => (await load()).sendRecovery(name, options));

  subcommand('reset-factors', 'Remove every second factor of an account, and sign it out everywhere')
    .argument('<account>', account)
    .action(async (name: string, options: JsonOption) => (await load()).resetFactors(name, options));
}
