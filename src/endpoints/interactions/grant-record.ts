import type { Provider } from 'oidc-provider';
import type { EarlierAnswers, Permissions } from './consent.js';

type Grant = InstanceType<Provider['Grant']>;

/** What a grant says so far about the identity scopes, the claims and these resources. */
export function earlierAnswersOf(grant: Grant, resources: readonly string[]): EarlierAnswers {
  const perResource = (read: (resource: string) => string) =>
    Object.fromEntries(resources.map((resource) => [resource, words(read(resource))]));
  return {
    granted: {
      oidcScopes: words(grant.getOIDCScope()),
      oidcClaims: grant.getOIDCClaims(),
      resourceScopes: perResource((resource) => grant.getResourceScope(resource)),
    },
    rejected: {
      oidcScopes: words(grant.getRejectedOIDCScope()),
      oidcClaims: grant.getRejectedOIDCClaims(),
      resourceScopes: perResource((resource) => grant.getRejectedResourceScope(resource)),
    },
  };
}

/**
 * Adds an answer to a grant. The engine lets a rejection win over everything granted, so that what is allowed now is
 * first taken off the list of what was rejected before.
 */
export function record(grant: Grant, { granted, rejected }: EarlierAnswers): void {
  forgetRejections(grant, granted);
  if (granted.oidcScopes.length > 0) grant.addOIDCScope(granted.oidcScopes);
  if (granted.oidcClaims.length > 0) grant.addOIDCClaims(granted.oidcClaims);
  for (const [resource, scopes] of Object.entries(granted.resourceScopes))
    grant.addResourceScope(resource, scopes);
  if (rejected.oidcScopes.length > 0) grant.rejectOIDCScope(rejected.oidcScopes);
  if (rejected.oidcClaims.length > 0) grant.rejectOIDCClaims(rejected.oidcClaims);
  for (const [resource, scopes] of Object.entries(rejected.resourceScopes))
    grant.rejectResourceScope(resource, scopes);
}

function forgetRejections(grant: Grant, granted: Permissions): void {
  const { openid, resources } = grant.rejected ?? {};
  if (openid?.scope !== undefined) openid.scope = without(words(openid.scope), granted.oidcScopes).join(' ');
  if (openid?.claims !== undefined) openid.claims = without(openid.claims, granted.oidcClaims);
  for (const [resource, scope] of Object.entries(resources ?? {})) {
    if (resources)
      resources[resource] = without(words(scope), granted.resourceScopes[resource] ?? []).join(' ');
  }
}

function without(names: readonly string[], gone: readonly string[]): string[] {
  return names.filter((name) => !gone.includes(name));
}

function words(text: string): string[] {
  return text.split(' ').filter(Boolean);
}
