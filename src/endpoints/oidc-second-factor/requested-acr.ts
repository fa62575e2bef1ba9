import { errors } from 'oidc-provider';
import { type Acr, isAcr } from '../../identity/second-factors/authentication-level.js';

/** The values of `acr` that a request asks for, in the order of its preference. Values that are not ours are left out. */
export interface RequestedAcr {
  values: readonly Acr[];
  /** Whether the request must fail unless one of them is reached (OpenID Connect Core section 5.5.1.1). */
  essential: boolean;
}

/**
 * What a request says about `acr` in the parameter `claims`, and otherwise in `acr_values`, which is a wish only. Undefined
 * when it says nothing. Throws InvalidRequest for a claims request that is malformed.
 */
export function requestedAcr(params: Readonly<Record<string, unknown>> = {}): RequestedAcr | undefined {
  const { claims, acr_values: wished } = params;
  const claim = typeof claims === 'string' ? acrClaim(claims) : undefined;
  const named = claim && namedValues(claim);
  if (claim?.essential === true && named) return { values: named.filter(isAcr), essential: true };
  if (typeof wished === 'string') return { values: wished.split(' ').filter(isAcr), essential: false };
  return named && { values: named.filter(isAcr), essential: false };
}

interface AcrClaim {
  essential?: unknown;
  value?: unknown;
  values?: unknown;
}

function acrClaim(json: string): AcrClaim | undefined {
  const { id_token: idToken } = JSON.parse(json) as { id_token?: { acr?: AcrClaim | null } | null };
  return idToken?.acr ?? undefined;
}

/** Undefined when any value will do. */
function namedValues({ value, values }: AcrClaim): unknown[] | undefined {
  if (values !== undefined) {
    if (Array.isArray(values)) return values as unknown[];
    throw new errors.InvalidRequest('claims.id_token.acr.values must be an array');
  }
  return value === undefined ? undefined : [value];
}
