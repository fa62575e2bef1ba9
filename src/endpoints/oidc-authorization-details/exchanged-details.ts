import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { AuthorizationDetail } from '../../registry/authorization-details/detail-check.js';
import { hasType, invalidDetails, requestedDetails } from './check-details.js';
import { detailsFor } from './details-resources.js';
import type { DetailsTypes } from './details-types.js';
import { grantedOf, includesDetail } from './granted-details.js';

/** What a token is exchanged for, and the details that it has itself. */
interface Exchanged {
  audience: string;
  details: readonly AuthorizationDetail[];
  grant: InstanceType<Provider['Grant']> | undefined;
}

/**
 * The details of a token that another one is exchanged for (RFC 8693): those of the request, or else all that the subject
 * token has for the API, of types that the client has, and that the person still allows. Throws
 * InvalidAuthorizationDetails for any other.
 */
export function exchangedDetails(
  ctx: KoaContextWithOIDC,
  types: DetailsTypes,
  { audience, details, grant }: Exchanged,
): readonly AuthorizationDetail[] {
  const { client } = ctx.oidc;
  const requested = requestedDetails(ctx);
  const allowed = detailsFor(audience, grantedOf(details, grant), types).filter(
    ({ type }) => client !== undefined && hasType(client, type),
  );
  const excess = requested.findIndex((detail) => !includesDetail(allowed, detail));
  if (excess >= 0)
    throw invalidDetails(
      `authorization_details[${String(excess)}] of the type '${requested[excess]?.type ?? ''}': the subject token has no such detail for this audience, exactly so`,
    );
  return requested.length > 0 ? requested : allowed;
}

/** Throws InvalidAuthorizationDetails for a request that has details where none can be granted. */
export function refuseDetails({ oidc }: KoaContextWithOIDC, why: string): void {
  if (oidc.params?.['authorization_details'] !== undefined) throw invalidDetails(why);
}
