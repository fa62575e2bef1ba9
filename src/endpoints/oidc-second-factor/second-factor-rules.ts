import { clientOfRequest } from '../../../adapters/client.adapter.js';
import { forEngine } from '../../../adapters/engine-errors.js';
import { accountOfRequest } from '../../../adapters/prefetch.js';
import type { Context } from '../../context.js';
import type { SecondFactorRules } from './second-factor-prompt.js';

type Services = Pick<
  Context,
  'authorizingAccounts' | 'liveClients' | 'passkeys' | 'settings' | 'trustedBrowsers'
>;

/** The rules of this installation, on its services. */
export function secondFactorRules(services: Services): SecondFactorRules {
  const { authorizingAccounts, liveClients, passkeys, settings, trustedBrowsers } = services;
  return {
    issuer: settings.issuer,
    passkeys: passkeys.available,
    isTrusted: (accountId, token) => forEngine(() => trustedBrowsers.isTrusted(accountId, token)),
    policyFor: (accountId, clientId) =>
      forEngine(async () => {
        const [found, client] = await Promise.all([
          accountOfRequest(authorizingAccounts, accountId),
          clientOfRequest(liveClients, clientId),
        ]);
        const { enrolled = { passkey: false, totp: false }, isOperator, hasDemandingRole } = found ?? {};
        const isRequired =
          settings.secondFactor === 'required' ||
          client?.secondFactorRequired === true ||
          hasDemandingRole === true ||
          (settings.secondFactor === 'operators' && isOperator === true);
        return { enrolled, isRequired };
      }),
  };
}
