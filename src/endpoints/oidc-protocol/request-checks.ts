import type { KoaContextWithOIDC } from 'oidc-provider';
import { stateOf } from '../../../adapters/request-state.js';
import { checkParameterSizes, type CountAnonymous } from '../oidc-guards/anonymous-requests.js';
import { restoreOfflineAccess } from '../oidc-patches/offline-consent.js';
import type { RequestChecks } from '../oidc-patches/request-steps.js';
import { completeScope } from '../oidc-requests/requested-scopes.js';

const PUSHED = 'pushed_authorization_request';

/**
 * Completes and checks the parameters of authorization requests. A pushed request is stored when this has passed, so its
 * parameters are bounded here, and those of public clients, which anybody can send, are counted by network.
 */
export function requestChecks(countAnonymous: CountAnonymous): RequestChecks {
  return {
    parametersRead: async (ctx) => {
      const { client, params, route } = ctx.oidc;
      if (!client || !params) return;
      completeScope(params, client);
      stateOf(ctx).requestedScope = textOf(params['scope']);
      if (route !== PUSHED) return;
      checkParameterSizes(ctx);
      if (client.clientAuthMethod === 'none') await countAnonymous(ctx.ip);
    },
    scopeChecked: (ctx: KoaContextWithOIDC) => {
      if (ctx.oidc.route === PUSHED) restoreOfflineAccess(ctx, true);
    },
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
