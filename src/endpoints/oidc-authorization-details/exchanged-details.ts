import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { AuthorizationDetail } from '../../registry/authorization-details/detail-check.js';
import { hasType, invalidDetails, requestedDetails } from './check-details.js';
import { detailsFor } from './details-resources.js';
import type { DetailsTypes } from './details-types.js';
import { grantedOf, includesDetail } from './granted-details.js';

/** What a token is exchanged for, and the details that it has itself. */
interface Exchanged {
  /** The audience of the token that is asked for. */
  target: string;
  /** That of the subject token. */
  audience: unknown;
  details: readonly AuthorizationDetail[];
  grant: InstanceType<Provider['Grant']> | undefined;
}

/**
 * The details of a token that another one is exchanged for (RFC 8693): those of the request, or else, unless it asks for
 * scopes alone, all that the subject token has for the API, of types that the client has, and that the person still allows.
 * What is for no API in particular stays where the person allowed it: at the audience of the subject token. Throws
 * InvalidAuthorizationDetails for any other.
 */
export function exchangedDetails(
  ctx: KoaContextWithOIDC,
  types: DetailsTypes,
  { target, audience, details, grant }: Exchanged,
): readonly AuthorizationDetail[] {
  const { client, params } = ctx.oidc;
  const requested = requestedDetails(ctx);
  const staysThere = [audience].flat().includes(target);
  const allowed = detailsFor(target, grantedOf(details, grant), types).filter(
    ({ type }) =>
      client !== undefined && hasType(client, type) && (staysThere || types.get(type)?.audience === target),
  );
  const excess = requested.findIndex((detail) => !includesDetail(allowed, detail));
  if (excess >= 0)
    throw invalidDetails(
      `authorization_details[${String(excess)}] of the type '${requested[excess]?.type ?? ''}': the subject token has no such detail for this audience, exactly so`,
    );
  if (requested.length > 0) return requested;
  return params?.['scope'] === undefined ? allowed : [];
}

/** Throws InvalidAuthorizationDetails for a request that has details where none can be granted. */
export function refuseDetails({ oidc }: KoaContextWithOIDC, why: string): void {
  if (oidc.params?.['authorization_details'] !== undefined) throw invalidDetails(why);
}
