/** What a request asks a person for, or what became of it: OIDC scopes, single claims, and scopes per resource. */
export interface Permissions {
  oidcScopes: string[];
  oidcClaims: string[];
  resourceScopes: Record<string, string[]>;
}

/** A grant as it stands before the person answers. */
export interface EarlierAnswers {
  granted: Permissions;
  rejected: Permissions;
}

/** One line of the question; `optional` ones can be unticked. */
export interface ScopeChoice {
  name: string;
  optional: boolean;
  ticked: boolean;
}

/** OpenID Connect Core 1.0, section 5.4: the scope that stands for a claim which a request may also ask for by itself. */
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

/** The name under which a claim is asked about: its scope's, or its own when no scope stands for it. */
export function nameOfClaim(claim: string): string {
  return SCOPE_OF_CLAIM.get(claim) ?? claim;
}

/** What a request named, whether or not it was answered before. */
export interface Requested {
  scopes: readonly string[];
  claims: readonly string[];
  resources: readonly string[];
}

/**
 * Everything this request asks for: what the engine found missing, and what an earlier answer settled already, so that
 * somebody who is asked again (`prompt=consent`, a native client) sees the whole of it and can change any of it.
 */
export function questionOf(
  missing: Permissions,
  requested: Requested,
  earlier: EarlierAnswers | undefined,
): Permissions {
  const settled = (pick: (from: Permissions) => readonly string[] | undefined) =>
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

/** The lines to show, each name once. `openid` is never optional: without it there is nothing to sign in to. */
export function choicesOf(
  question: Permissions,
  optionalScopes: readonly string[],
  earlier: EarlierAnswers | undefined,
): ScopeChoice[] {
  const refused = new Set(earlier ? namesOf(earlier.rejected) : []);
  return distinct(namesOf(question)).map((name) => ({
    name,
    optional: isOptional(name, optionalScopes),
    ticked: !refused.has(name),
  }));
}

/**
 * What to grant and what to reject once a person has allowed the request. Everything is granted except optional scopes
 * left unticked, and the claims that belong to them. A tick for anything that was not asked grants nothing.
 */
export function decide(
  question: Permissions,
  optionalScopes: readonly string[],
  ticked: readonly string[],
): EarlierAnswers {
  const refuses = (name: string) => isOptional(name, optionalScopes) && !ticked.includes(name);
  const share = (rejected: boolean): Permissions => ({
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

function namesOf(permissions: Permissions): string[] {
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
