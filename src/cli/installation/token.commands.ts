import { Command } from 'commander';
import { ADMIN_SCOPES } from '../../tenancy/access/permissions.js';
import type { TokenOptions } from './token.actions.js';

/** `postern token` */
export function tokenCommand(): Command {
  return new Command('token')
    .description('Print an admin API token for the shell, good for an hour')
    .option('--account <email>', 'the operator it acts for; not needed when there is one operator')
    .option('--scope <scopes>', 'space-separated scopes', ADMIN_SCOPES.join(' '))
    .option('--json', 'print JSON')
    .action(async (options: TokenOptions) => (await import('./token.actions.js')).printToken(options));
}
