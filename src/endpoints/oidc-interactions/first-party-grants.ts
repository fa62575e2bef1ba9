import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { ADMIN_SCOPES } from '../../tenancy/access/permissions.js';
import { restoreOfflineAccess } from '../oidc-patches/offline-consent.js';
import type { MayAuthorize } from './membership.js';
import { wordsOf } from '../../platform/text/space-delimited.js';

/**
 * The grant that a session has for the client of a request. For a first-party client it is made and completed without a
 * consent, with what the request asks for and the client may have; the membership of the person is checked all the same,
 * and scopes of administration are never granted so.
 */
export function firstPartyGrants(
  mayAuthorize: MayAuthorize,
): NonNullable<Configuration['loadExistingGrant']> {
  return async (ctx) => {
    const { client, provider, result, session } = ctx.oidc;
    if (!client || !session) return undefined;
    const { clientId } = client;
    const grantId = result?.consent?.grantId ?? session.grantIdFor(clientId);
    const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
    const { accountId } = session;
    if (client['first_party'] !== true || accountId === undefined || asksForAdministration(ctx)) return found;
    if (!(await mayAuthorize(clientId, accountId))) return found;
    restoreOfflineAccess(ctx, true);
    const grant = found ?? new provider.Grant({ accountId, clientId });
    return addRequested(ctx, grant) ? grant.save().then(() => grant) : grant;
  };
}

function asksForAdministration({ oidc }: KoaContextWithOIDC): boolean {
  return ADMIN_SCOPES.some((scope) => oidc.requestParamScopes.has(scope));
}

/** Adds what the request asks for and the grant neither has nor rejects; whether there was any of it. */
function addRequested({ oidc }: KoaContextWithOIDC, grant: Grant): boolean {
  const missing = (requested: Iterable<string>, encountered: readonly string[]) =>
    [...requested].filter((name) => !encountered.includes(name));
  const scopes = missing(oidc.requestParamOIDCScopes, wordsOf(grant.getOIDCScopeEncountered()));
  const claims = missing(oidc.requestParamClaims, grant.getOIDCClaimsEncountered());
  if (scopes.length > 0) grant.addOIDCScope(scopes);
  if (claims.length > 0) grant.addOIDCClaims(claims);
  let changed = scopes.length + claims.length > 0;
  for (const [resource, { scopes: available }] of Object.entries(oidc.resourceServers ?? {})) {
    const requested = [...oidc.requestParamScopes].filter((scope) => available.has(scope));
    const added = missing(requested, wordsOf(grant.getResourceScopeEncountered(resource)));
    if (added.length > 0) grant.addResourceScope(resource, added);
    changed ||= added.length > 0;
  }
  return changed;
}

type Grant = InstanceType<KoaContextWithOIDC['oidc']['provider']['Grant']>;
