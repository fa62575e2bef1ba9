import type { Configuration } from 'oidc-provider';
import { forEngine } from '../../../adapters/engine-errors.js';
import { accountOfRequest } from '../../../adapters/prefetch.js';
import { requestState, stateOf } from '../../../adapters/request-state.js';
import type { Context } from '../../context.js';
import type { Account } from '../../identity/accounts/account.js';
import { claimsOf } from '../../identity/claims/claims.js';
import type { MayAuthorize } from '../oidc-interactions/membership.js';
import type { EngineSubjects } from './engine-subjects.js';

/** Finds the active accounts of tokens, sessions and hints for the engine. */
export function findAccount(
  { accounts, authorizingAccounts }: Pick<Context, 'accounts' | 'authorizingAccounts'>,
  mayAuthorize: MayAuthorize,
  subjects: EngineSubjects,
): NonNullable<Configuration['findAccount']> {
  const ofToken = async (accountId: string, clientId: string): Promise<Account | undefined> =>
    (await mayAuthorize(clientId, accountId))
      ? (requestState()?.accounts.take(accountId) ?? accounts.findActive(accountId))
      : undefined;
  // At the authorization endpoint the interaction policy asks whether the person may, and gives the reason. A hint at the
  // backchannel has the `sub` of an ID token.
  const ofAuthorization = async (sub: string, clientId: string | undefined): Promise<Account | undefined> => {
    const accountId = clientId === undefined ? sub : await subjects.accountOf(clientId, sub);
    if (accountId === undefined) return undefined;
    const account = (await accountOfRequest(authorizingAccounts, accountId))?.account;
    return account?.status === 'active' ? account : undefined;
  };
  return (ctx, sub, token) =>
    forEngine(async () => {
      if (stateOf(ctx).missingAccount === sub) {
        // Looked for as one that is there, so that the response takes as long.
        await ofAuthorization(sub, undefined);
        return { accountId: sub, claims: () => Promise.resolve({ sub }) };
      }
      const account = await (token?.clientId === undefined
        ? ofAuthorization(sub, ctx.oidc.client?.clientId)
        : ofToken(sub, token.clientId));
      return account && { accountId: account.id, claims: () => Promise.resolve(claimsOf(account)) };
    });
}
