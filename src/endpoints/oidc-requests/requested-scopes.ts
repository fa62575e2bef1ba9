import { type Client, errors } from 'oidc-provider';
import { requestState } from '../../../adapters/request-state.js';
import { orByRegistration } from '../oidc-resources/own-registration.js';

/** OpenID Connect Core section 11: ignored where it cannot be had, so it is never an error. */
const IGNORED_WHERE_UNUSABLE = 'offline_access';
type Parameters = Record<string, unknown>;

/**
 * Completes the scope of a request as soon as its client and parameters are known; the engine checks only the scopes that
 * no API has, and drops others. Gives a request without `scope` the default scopes of the client: all but the optional
 * ones and `offline_access` (RFC 6749 section 3.3). Throws InvalidScope for a scope that is unknown or not of the client.
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
  const otherWay = orByRegistration(requestState()?.clients.get(client.clientId), false);
  throw new errors.InvalidScope(
    `there is no such scope, or this client does not have it: an operator adds it to the scopes of this client${otherWay}`,
    refused,
  );
}

/** The scopes of a request without `scope`; `openid` is never optional. */
export function defaultScopes(allowed: readonly string[], optional: readonly string[]): string[] {
  return allowed.filter(
    (name) => name === 'openid' || (name !== IGNORED_WHERE_UNUSABLE && !optional.includes(name)),
  );
}

function namesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
