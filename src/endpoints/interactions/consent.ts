import type { ConsentDecision } from '../oidc-interactions/grant-decision.js';
import type { RequestedAccess, ScopesAndClaims } from '../oidc-interactions/pending-interaction.js';

/** One scope on the consent page; `optional` ones can be unticked. */
export interface ScopeChoice {
  name: string;
  optional: boolean;
  ticked: boolean;
}

/**
 * OpenID Connect Core 1.0, section 5.4: the scope under which a claim is shown that a request may also ask for by itself.
 */
const SCOPE_OF_CLAIM = new Map<string, string>([
  ...(
    'name family_name given_name middle_name nickname preferred_username profile picture website gender birthdate ' +
    'zoneinfo locale updated_at'
  )
    .split(' ')
    .map((claim): [string, string] => [claim, 'profile']),
  ['email', 'email'],
  ['email_verified', 'email'],
  ['phone_number', 'phone'],
  ['phone_number_verified', 'phone'],
  ['address', 'address'],
]);

/** The name under which a claim is shown: that of its scope, or its own when no scope contains it. */
export function nameOfClaim(claim: string): string {
  return SCOPE_OF_CLAIM.get(claim) ?? claim;
}

/**
 * All that the request asks for: what the engine found missing, and what an earlier decision already covers, so that a
 * person who is asked again (`prompt=consent`, a native client) sees all of it and can change any of it.
 */
export function consentQuestionOf(
  missing: ScopesAndClaims,
  requested: RequestedAccess,
  earlier: ConsentDecision | undefined,
): ScopesAndClaims {
  const settled = (pick: (from: ScopesAndClaims) => readonly string[] | undefined) =>
    earlier ? [...(pick(earlier.granted) ?? []), ...(pick(earlier.rejected) ?? [])] : [];
  const named = (scopes: readonly string[]) => scopes.filter((scope) => requested.scopes.includes(scope));
  const resources = distinct([...Object.keys(missing.resourceScopes), ...requested.resources]);
  return {
    oidcScopes: distinct([...missing.oidcScopes, ...named(settled((from) => from.oidcScopes))]),
    oidcClaims: distinct([
      ...missing.oidcClaims,
      ...settled((from) => from.oidcClaims).filter((claim) => requested.claims.includes(claim)),
    ]),
    resourceScopes: withoutEmpty(
      resources.map((resource) => [
        resource,
        distinct([
          ...(missing.resourceScopes[resource] ?? []),
          ...named(settled((from) => from.resourceScopes[resource])),
        ]),
      ]),
    ),
  };
}

/**
 * The scopes to show, each name once. `openid` is never optional: without it there is no sign-in. What the person decided
 * earlier is ticked as they decided; everything else as `preticked` says.
 */
export function scopeChoicesOf(
  question: ScopesAndClaims,
  optionalScopes: readonly string[],
  earlier: ConsentDecision | undefined,
  preticked: boolean,
): ScopeChoice[] {
  const refused = new Set(earlier ? namesOf(earlier.rejected) : []);
  const granted = new Set(earlier ? namesOf(earlier.granted) : []);
  return distinct(namesOf(question)).map((name) => ({
    name,
    optional: isOptional(name, optionalScopes),
    ticked: !refused.has(name) && (preticked || granted.has(name)),
  }));
}

/**
 * What to grant and what to reject once a person has allowed the request: all is granted but optional scopes that were
 * left unticked and the claims that belong to them. A ticked name that was not asked for grants nothing.
 */
export function decisionOf(
  question: ScopesAndClaims,
  optionalScopes: readonly string[],
  ticked: readonly string[],
): ConsentDecision {
  const refuses = (name: string) => isOptional(name, optionalScopes) && !ticked.includes(name);
  const share = (rejected: boolean): ScopesAndClaims => ({
    oidcScopes: question.oidcScopes.filter((scope) => refuses(scope) === rejected),
    oidcClaims: question.oidcClaims.filter((claim) => refuses(nameOfClaim(claim)) === rejected),
    resourceScopes: withoutEmpty(
      Object.entries(question.resourceScopes).map(([resource, scopes]) => [
        resource,
        scopes.filter((scope) => refuses(scope) === rejected),
      ]),
    ),
  });
  return { granted: share(false), rejected: share(true) };
}

function namesOf(permissions: ScopesAndClaims): string[] {
  return [
    ...permissions.oidcScopes,
    ...permissions.oidcClaims.map(nameOfClaim),
    ...Object.values(permissions.resourceScopes).flat(),
  ];
}

function isOptional(name: string, optionalScopes: readonly string[]): boolean {
  return name !== 'openid' && optionalScopes.includes(name);
}

function withoutEmpty(entries: [string, string[]][]): Record<string, string[]> {
  return Object.fromEntries(entries.filter(([, names]) => names.length > 0));
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
