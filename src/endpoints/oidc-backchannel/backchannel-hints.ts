import { randomUUID } from 'node:crypto';
import { forEngine } from '../../../adapters/engine-errors.js';
import { stateOf } from '../../../adapters/request-state.js';
import type { Context } from '../../context.js';
import { canonicalEmail } from '../../identity/accounts/email-and-password-rules.js';
import { describeError } from '../../platform/telemetry/telemetry.js';
import type { MayAuthorize } from '../oidc-interactions/membership.js';
import { ACCOUNT_REQUESTS } from '../sign-in/own-paths.js';
import type { BackchannelHints } from './ciba-feature.js';

type Services = Pick<Context, 'accounts' | 'attempts' | 'database' | 'log' | 'notices' | 'rateLimits'>;

/**
 * Finds people by e-mail address. Whether there is an account, and whether it may use the client, cannot be told from the
 * response: for an account that is not there the request waits, too, and nobody answers it. Requests are counted by address
 * before it is looked up.
 */
export function backchannelHints(
  { accounts, attempts, database, log, notices, rateLimits }: Services,
  mayAuthorize: MayAuthorize,
): BackchannelHints {
  const count = (email: string) => attempts.reserve([rateLimits.backchannelRequest(canonicalEmail(email))]);
  return {
    accountOf: (ctx, client, email) =>
      forEngine(async () => {
        await count(email);
        const account = await accounts.findByEmail(email);
        // Asked without an account, too, so that the response takes as long.
        const mayUse = await mayAuthorize(client.clientId, account?.id ?? randomUUID());
        if (account?.status === 'active' && mayUse) return account.id;
        return (stateOf(ctx).missingAccount = randomUUID());
      }),
    count: (accountId) =>
      forEngine(async () => {
        const account = await accounts.findActive(accountId);
        if (account) await count(account.email);
      }),
    // The response does not wait for it, so that it takes as long without an account.
    notify: async (ctx, accountId, { clientName }) => {
      if (stateOf(ctx).missingAccount === accountId) return;
      const send = async () => {
        const account = await accounts.findActive(accountId);
        if (!account) return;
        const details = { name: clientName, path: ACCOUNT_REQUESTS };
        await database.transaction((tx) => notices.send(tx, account, 'request_waiting', details));
      };
      send().catch((error: unknown) =>
        log.warn({ error: describeError(error) }, 'a person could not be told of a request'),
      );
    },
  };
}
