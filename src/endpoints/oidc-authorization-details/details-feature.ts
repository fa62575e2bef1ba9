import type { AccessToken, ClientCredentials, KoaContextWithOIDC } from 'oidc-provider';
import { stateOf } from '../../../adapters/request-state.js';
import type { AuthorizationDetail } from '../../registry/authorization-details/detail-check.js';
import { invalidDetails, requestedDetails } from './check-details.js';
import { detailsFor } from './details-resources.js';
import type { DetailsTypes } from './details-types.js';
import { grantedOf, includesDetail } from './granted-details.js';

type Source = { rar?: unknown } | undefined;

/**
 * Rich authorization requests (RFC 9396) in the engine. A code, device code or refresh token has what the person allowed of
 * what its request asked for. An access token has of it what is for its API, and no more than its own request asks for.
 */
export function detailsFeature(types: DetailsTypes) {
  const validate = (ctx: KoaContextWithOIDC): void => {
    if (!stateOf(ctx).authorizationDetails) throw new Error('authorization_details were not checked');
  };
  return {
    enabled: true as const,
    types: Object.fromEntries([...types.keys()].map((type) => [type, { validate }])),
    authorizationDetailsForGrantSource: (ctx: KoaContextWithOIDC) =>
      grantedOf(requestedDetails(ctx), ctx.oidc.entities.Grant),
    authorizationDetailsForAccessToken: (
      ctx: KoaContextWithOIDC,
      token: AccessToken | ClientCredentials,
      source: Source,
    ) => tokenDetails(types, ctx, token, source),
    authorizationDetailsForIntrospection: (
      _ctx: KoaContextWithOIDC,
      token: { rar?: AuthorizationDetail[] | undefined },
    ) => token.rar,
  };
}

/** Throws InvalidAuthorizationDetails for details that were not allowed, and when none of them is for the API. */
function tokenDetails(
  types: DetailsTypes,
  ctx: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
  source: Source,
): AuthorizationDetail[] {
  const requested = requestedDetails(ctx);
  const allowed = source ? grantedOf(detailsOf(source), ctx.oidc.entities.Grant) : requested;
  const excess = requested.findIndex((detail) => !includesDetail(allowed, detail));
  if (excess >= 0)
    throw invalidDetails(
      `authorization_details[${String(excess)}] of the type '${requested[excess]?.type ?? ''}': this was not allowed before, exactly so`,
    );
  const audience = token.resourceServer?.audience;
  const narrowed = requested.length > 0 ? requested : allowed;
  const ofApi = audience === undefined ? [] : detailsFor(audience, narrowed, types);
  if (requested.length > 0 && ofApi.length === 0)
    throw invalidDetails('none of the authorization_details is for this resource');
  return ofApi;
}

function detailsOf({ rar }: NonNullable<Source>): AuthorizationDetail[] {
  return Array.isArray(rar) ? (rar as AuthorizationDetail[]) : [];
}
