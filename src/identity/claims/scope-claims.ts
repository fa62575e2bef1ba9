/** The claims of each scope (OpenID Connect Core section 5.4), and of every ID token. */
export const SCOPE_CLAIMS = {
  openid: ['sub', 'acr', 'amr'],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
  address: ['address'],
  profile: [
    'name',
    'given_name',
    'family_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
};

/** Those of the claims that the scopes give. */
export function claimsOfScopes(
  claims: Readonly<Record<string, unknown>>,
  scopes: readonly string[],
): Record<string, unknown> {
  const known: Readonly<Record<string, readonly string[]>> = SCOPE_CLAIMS;
  const names = scopes.flatMap((scope) => known[scope] ?? []);
  return Object.fromEntries(
    names.filter((name) => claims[name] !== undefined).map((name) => [name, claims[name]]),
  );
}
