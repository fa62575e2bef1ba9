import { type Client, errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';

/** OpenID Connect Core section 11: ignored where it cannot be had, so it is never an error. */
const IGNORED_WHERE_UNUSABLE = 'offline_access';
const AUTHORIZATION_ROUTES: ReadonlySet<string> = new Set(['authorization', 'device_authorization']);

type Parameters = Record<string, unknown>;

/**
 * Completes and checks the scope of authorization requests and device authorization requests as soon as their client is
 * known.
 *
 * Engine: lib/actions/authorization/scopes.js:59 checks only the scopes that no API has, and lib/shared/check_resource.js:7
 * drops the others; nothing completes a request without `scope`. lib/helpers/oidc_context.js:76 is told the client.
 * Test: test/endpoints/oidc-requests/requested-scopes.test.ts.
 */
export function checkScopesOfAuthorization(provider: Provider): void {
  const { prototype } = provider.OIDCContext as unknown as { prototype: KoaContextWithOIDC['oidc'] };
  const entity = Reflect.get<typeof prototype, 'entity'>(prototype, 'entity');
  prototype.entity = function (key, value) {
    entity.call(this, key, value);
    if (key !== 'Client' || !AUTHORIZATION_ROUTES.has(this.route)) return;
    // A device authorization request names its client twice: first when it authenticates, before its scope was read.
    const params: Parameters = this.params ?? {};
    if (Object.hasOwn(params, 'scope')) completeScope(params, value as Client);
  };
}

/**
 * Gives a request without `scope` the default scopes of the client: all but the optional ones and `offline_access` (RFC
 * 6749 section 3.3). Throws InvalidScope for a scope that is unknown or not of the client.
 */
export function completeScope(params: Parameters, client: Client): void {
  const allowed = namesOf(client['allowed_scopes']);
  if (typeof params['scope'] !== 'string') {
    params['scope'] = defaultScopes(allowed, namesOf(client['optional_scopes'])).join(' ') || undefined;
    return;
  }
  const refused = params['scope']
    .split(' ')
    .find((name) => name !== '' && name !== IGNORED_WHERE_UNUSABLE && !allowed.includes(name));
  if (refused === undefined) return;
  throw new errors.InvalidScope(
    'there is no such scope, or it is not among the scopes of this client',
    refused,
  );
}

/** `openid` is never optional. */
function defaultScopes(allowed: readonly string[], optional: readonly string[]): string[] {
  return allowed.filter(
    (name) => name === 'openid' || (name !== IGNORED_WHERE_UNUSABLE && !optional.includes(name)),
  );
}

function namesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
