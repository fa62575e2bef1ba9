import type { KoaContextWithOIDC } from 'oidc-provider';
import { forEngine } from '../../../adapters/engine-errors.js';
import { accountOfRequest } from '../../../adapters/prefetch.js';
import type { AuthorizingAccountsService } from '../../tenancy/authorizing-accounts/authorizing-accounts.service.js';

/** What a session knows of a sign-in. */
const SIGN_IN = ['accountId', 'loginTs', 'amr', 'acr', 'authorizations'];

/**
 * Forgets the sign-in that an interaction ends with when all sessions of the account were ended after it was proved, by a
 * new password or an operator, or when the account may not sign in any more. The engine has put it into the session, and
 * asks for another one then.
 *
 * Engine: lib/actions/authorization/resume.js:103 calls `loginAccount`, however old the result is.
 * Test: test/identity/sessions/pending-sign-ins.test.ts.
 */
export async function forgetInvalidSignIn(
  { oidc: { entities, result, session } }: KoaContextWithOIDC,
  accounts: Pick<AuthorizingAccountsService, 'find'>,
): Promise<void> {
  if (result?.login === undefined || session?.accountId === undefined) return;
  const { accountId } = session;
  const proved = provedAt({ entities, result, session });
  if (proved === null) return;
  const found = await forEngine(() => accountOfRequest(accounts, accountId));
  const validAfter = found?.signInsValidAfter?.getTime() ?? 0;
  if (found?.account.status === 'active' && proved >= validAfter) return;
  delete result.login;
  for (const name of SIGN_IN) Reflect.deleteProperty(session, name);
}

/**
 * When the sign-in of the interaction was proved, in milliseconds since the epoch; null in a session from before it, which
 * was kept when others were ended: an ended one would be another by now.
 */
export function provedAt({
  entities,
  result,
  session,
}: Pick<KoaContextWithOIDC['oidc'], 'entities' | 'result' | 'session'>): number | null {
  const before = entities.Interaction?.session?.accountId;
  if (before !== undefined && before === session?.accountId) return null;
  const { proved_at: at } = (result?.login ?? {}) as Record<string, unknown>;
  return typeof at === 'number' ? at : 0;
}
