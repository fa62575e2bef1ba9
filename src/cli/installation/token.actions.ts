import { AppError } from '../../platform/errors/errors.js';
import { adminAudience } from '../../tenancy/admin-tokens/admin-audience.js';
import { issueAdminToken } from '../../tenancy/admin-tokens/issue-admin-token.js';
import { print } from '../output.js';
import { withTenancyContext } from '../context/with-tenancy-context.js';
import { canonicalEmail } from '../../identity/accounts/email-and-password-rules.js';
import { wordsOf } from '../../platform/text/space-delimited.js';

const LIFETIME_SECONDS = 3_600;

/** `account` is the e-mail address of an operator; `scope` is space-separated. */
export interface TokenOptions {
  account?: string;
  scope: string;
  json?: boolean;
}

/** `postern token` */
export async function printToken(options: TokenOptions): Promise<void> {
  const token = await withTenancyContext(async ({ keys, members, settings: { issuer } }) => {
    const operators = await members.operators();
    const wanted = options.account === undefined ? undefined : canonicalEmail(options.account);
    const chosen = operators.filter(({ email }) => wanted === undefined || email === wanted);
    const [operator] = chosen;
    if (!operator) throw new AppError('not_found', 'There is no such operator.');
    if (chosen.length > 1) {
      throw new AppError('invalid', 'There are several operators; choose one with --account.');
    }
    return issueAdminToken(keys, {
      issuer,
      audience: adminAudience(issuer),
      subject: operator.id,
      scopes: wordsOf(options.scope),
      lifetime: LIFETIME_SECONDS,
    });
  });
  print({ access_token: token, token_type: 'Bearer', expires_in: LIFETIME_SECONDS }, options.json, token);
}
