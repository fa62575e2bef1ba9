import { Command } from 'commander';
import { ADMIN_SCOPES } from '../../tenancy/access/permissions.js';
import { issueAdminToken } from '../../tenancy/admin-tokens/issue-admin-token.js';
import { AppError } from '../../platform/errors/errors.js';
import { adminAudience } from '../../tenancy/admin-tokens/admin-audience.js';
import { print } from '../output.js';
import { withContext } from '../with-context.js';

const LIFETIME = 3_600;

/** `postern token` */
export function tokenCommand(): Command {
  return new Command('token')
    .description('Print an admin API token for the shell, good for an hour')
    .option('--account <email>', 'the operator it acts for; not needed when there is one operator')
    .option('--scope <scopes>', 'space-separated scopes', ADMIN_SCOPES.join(' '))
    .option('--json', 'print JSON')
    .action(async (options: { account?: string; scope: string; json?: boolean }) => {
      const token = await withContext(async ({ keys, members, settings: { issuer } }) => {
        const operators = await members.operators();
        const wanted = options.account?.trim().toLowerCase();
        const chosen = operators.filter(
          ({ email }) => wanted === undefined || email.toLowerCase() === wanted,
        );
        const [operator] = chosen;
        if (!operator) throw new AppError('not_found', 'There is no such operator.');
        if (chosen.length > 1) {
          throw new AppError('invalid', 'There are several operators; choose one with --account.');
        }
        return issueAdminToken(keys, {
          issuer,
          audience: adminAudience(issuer),
          subject: operator.id,
          scopes: options.scope.split(' ').filter(Boolean),
          lifetime: LIFETIME,
        });
      });
      print({ access_token: token, token_type: 'Bearer', expires_in: LIFETIME }, options.json, token);
    });
}
