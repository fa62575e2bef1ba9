import type { Provider } from 'oidc-provider';
import type { ScopesAndClaims } from './pending-interaction.js';
import { wordsOf } from '../../platform/text/space-delimited.js';

type Grant = InstanceType<Provider['Grant']>;

/** What a person granted and rejected: an earlier decision, or the one that they make now. */
export interface ConsentDecision {
  granted: ScopesAndClaims;
  rejected: ScopesAndClaims;
}

/** The decision that a grant holds about the identity scopes, the claims and these resources. */
export function readDecision(grant: Grant, resources: readonly string[]): ConsentDecision {
  const perResource = (read: (resource: string) => string) =>
    Object.fromEntries(resources.map((resource) => [resource, wordsOf(read(resource))]));
  return {
    granted: {
      oidcScopes: wordsOf(grant.getOIDCScope()),
      oidcClaims: grant.getOIDCClaims(),
      resourceScopes: perResource((resource) => grant.getResourceScope(resource)),
    },
    rejected: {
      oidcScopes: wordsOf(grant.getRejectedOIDCScope()),
      oidcClaims: grant.getRejectedOIDCClaims(),
      resourceScopes: perResource((resource) => grant.getRejectedResourceScope(resource)),
    },
  };
}

/**
 * Adds a decision to a grant. The engine gives rejections precedence over what is granted, so what is granted now is first
 * removed from the earlier rejections.
 */
export function addDecision(grant: Grant, { granted, rejected }: ConsentDecision): void {
  removeRejections(grant, granted);
  if (granted.oidcScopes.length > 0) grant.addOIDCScope(granted.oidcScopes);
  if (granted.oidcClaims.length > 0) grant.addOIDCClaims(granted.oidcClaims);
  for (const [resource, scopes] of Object.entries(granted.resourceScopes))
    grant.addResourceScope(resource, scopes);
  if (rejected.oidcScopes.length > 0) grant.rejectOIDCScope(rejected.oidcScopes);
  if (rejected.oidcClaims.length > 0) grant.rejectOIDCClaims(rejected.oidcClaims);
  for (const [resource, scopes] of Object.entries(rejected.resourceScopes))
    grant.rejectResourceScope(resource, scopes);
}

function removeRejections(grant: Grant, granted: ScopesAndClaims): void {
  const { openid, resources } = grant.rejected ?? {};
  if (openid?.scope !== undefined)
    openid.scope = without(wordsOf(openid.scope), granted.oidcScopes).join(' ');
  if (openid?.claims !== undefined) openid.claims = without(openid.claims, granted.oidcClaims);
  for (const [resource, scope] of Object.entries(resources ?? {})) {
    if (resources)
      resources[resource] = without(wordsOf(scope), granted.resourceScopes[resource] ?? []).join(' ');
  }
}

function without(names: readonly string[], removed: readonly string[]): string[] {
  return names.filter((name) => !removed.includes(name));
}
