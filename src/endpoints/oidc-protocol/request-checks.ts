import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { stateOf } from '../../../adapters/request-state.js';
import { checkDetails } from '../oidc-authorization-details/check-details.js';
import type { DetailsTypes } from '../oidc-authorization-details/details-types.js';
import { checkParameterSizes, type CountAnonymousInEngine } from '../oidc-guards/anonymous-requests.js';
import {
  refuseRegistration,
  refuseRequestUri,
  refuseUnknownValues,
} from '../oidc-guards/unsupported-parameters.js';
import { restoreOfflineAccess } from '../oidc-patches/offline-consent.js';
import { forgetInvalidSignIn } from '../oidc-session-patches/invalid-sign-in.js';
import type { AuthorizingAccountsService } from '../../tenancy/authorizing-accounts/authorizing-accounts.service.js';
import { checkBackchannelRequest } from '../oidc-backchannel/ciba-feature.js';
import type { RequestChecks } from '../oidc-patches/request-steps.js';
import { requireS256 } from '../oidc-requests/pkce-policy.js';
import { completeScope } from '../oidc-requests/requested-scopes.js';
import { requireRedirectUri } from '../oidc-requests/required-redirect-uri.js';
import { checkResponseType } from '../oidc-response-types/refused-response-type.js';

const BACKCHANNEL = 'backchannel_authentication';
const AUTHORIZATION = 'authorization';
const PUSHED = 'pushed_authorization_request';
const MAX_REQUEST_OBJECT_BYTES = 16_384;

/**
 * Completes and checks the parameters of authorization requests. A pushed request is stored when this has passed, so its
 * parameters are bounded here, and those of public clients, which anybody can send, are counted by network.
 */
export function requestChecks(
  countAnonymous: CountAnonymousInEngine,
  detailsTypes: DetailsTypes,
  authorizingAccounts: Pick<AuthorizingAccountsService, 'find'>,
): RequestChecks {
  return {
    requestRead: refuseRequestUri,
    parametersRead: async (ctx) => {
      refuseRegistration(ctx);
      const { client, params, route } = ctx.oidc;
      if (!client || !params) return;
      if (route === AUTHORIZATION || route === PUSHED) {
        refuseUnknownValues(ctx);
        requireRedirectUri(params, client);
        checkResponseType(ctx, client);
        requireS256(params);
      }
      completeScope(params, client);
      stateOf(ctx).requestedScope = textOf(params['scope']);
      checkDetails(ctx, detailsTypes);
      if (route === BACKCHANNEL) checkBackchannelRequest(ctx);
      if (route !== PUSHED) return;
      checkParameterSizes(ctx);
      checkRequestObjectSize(ctx);
      if (client.clientAuthMethod === 'none') await countAnonymous(ctx);
    },
    interactionResumed: (ctx) => forgetInvalidSignIn(ctx, authorizingAccounts),
    tokenParametersRead: (ctx) => checkDetails(ctx, detailsTypes),
    scopeChecked: (ctx: KoaContextWithOIDC) => {
      if (ctx.oidc.route === PUSHED || ctx.oidc.route === BACKCHANNEL) restoreOfflineAccess(ctx, true);
    },
  };
}

/** A request object that is pushed is stored whole, with claims that are no parameters. */
function checkRequestObjectSize({ oidc }: KoaContextWithOIDC): void {
  if (Buffer.byteLength(textOf(oidc.body?.['request']) ?? '') > MAX_REQUEST_OBJECT_BYTES)
    throw new errors.InvalidRequest(`request has more than ${String(MAX_REQUEST_OBJECT_BYTES)} bytes`);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
