import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import type { AuthorizationDetail } from '../../registry/authorization-details/detail-check.js';
import { ADMIN_API_ID, type ApiRecord } from '../../registry/apis/api-record.js';
import { hasType, requestedDetails } from './check-details.js';
import type { DetailsTypes } from './details-types.js';

/** The audiences of the APIs that the details of a request are for. */
export function audiencesOfDetails(ctx: KoaContextWithOIDC, types: DetailsTypes): string[] {
  const audiences = requestedDetails(ctx).flatMap(({ type }) => types.get(type)?.audience ?? []);
  return [...new Set(audiences)];
}

/** Those of the details that are for the API of this audience. */
export function detailsFor(
  audience: string,
  details: readonly AuthorizationDetail[],
  types: DetailsTypes,
): AuthorizationDetail[] {
  return details.filter(({ type }) => {
    const known = types.get(type);
    return known && (known.audience === null || known.audience === audience);
  });
}

/** Whether the client has a type whose details can be for the API, so that it is there for the client without a scope. */
export function hasTypeFor(client: Client, { id }: Pick<ApiRecord, 'id'>, types: DetailsTypes): boolean {
  if (id === ADMIN_API_ID) return false;
  return [...types].some(([type, { apiId }]) => (apiId === null || apiId === id) && hasType(client, type));
}

/**
 * Whether a token request that names no resource gets a token for that of its code or refresh token, also with the scope
 * `openid`: with details it is asked for an API, not for userinfo.
 */
export function isForGrantedResource(_ctx: unknown, model: { rar?: unknown; resource?: unknown }): boolean {
  return Array.isArray(model.rar) && model.rar.length > 0 && typeof model.resource === 'string';
}
