import { clientOfRequest } from '../../../adapters/client.adapter.js';
import { forEngine } from '../../../adapters/engine-errors.js';
import type { Context } from '../../context.js';
import type { SecondFactorRules } from './second-factor-prompt.js';

type Services = Pick<
  Context,
  'access' | 'factors' | 'liveClients' | 'passkeys' | 'settings' | 'trustedBrowsers'
>;

/** The rules of this installation, on its services. */
export function secondFactorRules(services: Services): SecondFactorRules {
  const { access, factors, liveClients, passkeys, settings, trustedBrowsers } = services;
  return {
    issuer: settings.issuer,
    passkeys: passkeys.available,
    enrolled: (accountId) => forEngine(() => factors.enrolled(accountId)),
    isTrusted: (accountId, token) => forEngine(() => trustedBrowsers.isTrusted(accountId, token)),
    isRequired: (accountId, clientId) =>
      forEngine(async () => {
        if (settings.secondFactor === 'required') return true;
        const client = await clientOfRequest(liveClients, clientId);
        const required = await access.secondFactorPolicy(accountId, client?.record.orgId ?? null);
        return required.byOrganization || (settings.secondFactor === 'operators' && required.isOperator);
      }),
  };
}
