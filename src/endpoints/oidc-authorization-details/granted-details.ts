import { isDeepStrictEqual } from 'node:util';
import type { Provider } from 'oidc-provider';
import type { AuthorizationDetail } from '../../registry/authorization-details/detail-check.js';

/** The most details that a grant holds; beyond it the oldest are no longer allowed. */
const MAX_GRANTED = 100;

type Grant = InstanceType<Provider['Grant']>;

/** Whether one of the details is identical; the order of members does not matter. */
export function includesDetail(
  details: readonly AuthorizationDetail[],
  wanted: AuthorizationDetail,
): boolean {
  return details.some((detail) => isDeepStrictEqual(detail, wanted));
}

/** Those of the details that the person allows the client; none without a grant. */
export function grantedOf(
  details: readonly AuthorizationDetail[],
  grant: Grant | undefined,
): AuthorizationDetail[] {
  const granted = detailsOf(grant);
  return details.filter((detail) => includesDetail(granted, detail));
}

/** Adds what the person has just allowed. */
export function addDetails(grant: Grant, details: readonly AuthorizationDetail[]): void {
  if (details.length === 0) return;
  const others = detailsOf(grant).filter((detail) => !includesDetail(details, detail));
  grant.rar = [...others, ...details].slice(-MAX_GRANTED);
}

function detailsOf(grant: Grant | undefined): readonly AuthorizationDetail[] {
  return grant?.rar ?? [];
}
