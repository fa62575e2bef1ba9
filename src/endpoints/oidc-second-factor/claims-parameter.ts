import { type Configuration, errors } from 'oidc-provider';

type AssertClaims = NonNullable<
  NonNullable<NonNullable<Configuration['features']>['claimsParameter']>['assertClaimsParameter']
>;

const MEMBERS = ['userinfo', 'id_token'] as const;
/** Claims that belong to no scope of the person's data. */
const ALWAYS = ['sub', 'acr', 'amr', 'auth_time', 'sid'];

/**
 * Leaves out of the parameter `claims` (OpenID Connect Core section 5.5) what belongs to scopes that the client may not ask
 * for, so that a client gets no claim which it could not get by a scope.
 *
 * @param claimsOfScopes the claims of each scope
 */
export function permittedClaims(claimsOfScopes: Readonly<Record<string, readonly string[]>>): AssertClaims {
  return (ctx, claims, client) => {
    const { params } = ctx.oidc as { params: Record<string, unknown> };
    const scopes = String(client['scope'] ?? '').split(' ');
    const permitted = new Set([...ALWAYS, ...scopes.flatMap((scope) => claimsOfScopes[scope] ?? [])]);
    const kept = MEMBERS.flatMap((member) => {
      const requested = claims[member];
      if (requested === undefined) return [];
      for (const value of Object.values(requested)) {
        if (typeof value !== 'object')
          throw new errors.InvalidRequest(`claims.${member} must have objects or null as members`);
      }
      return [
        [member, Object.fromEntries(Object.entries(requested).filter(([name]) => permitted.has(name)))],
      ];
    });
    params['claims'] = JSON.stringify(Object.fromEntries(kept));
  };
}
