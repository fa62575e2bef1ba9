import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { stateOf } from '../../../adapters/request-state.js';
import { wordsOf } from '../../platform/text/space-delimited.js';

const OFFLINE = 'offline_access';
/** Whether a pushed request gets it is decided when it is used. */
const RESTORED_AT: ReadonlySet<string> = new Set(['authorization', 'pushed_authorization_request']);
const { Check } = interactionPolicy;

/**
 * Takes `offline_access` back into a request that asks for it without `prompt=consent`, as most relying parties do. The
 * person is asked for it once, as for any other scope: OpenID Connect Core section 11 allows other conditions than that
 * prompt, here that this person gave the client this scope before. A request that may show no page gets it only then.
 *
 * Engine: lib/actions/authorization/scopes.js:39 silently drops `offline_access` from a request without that prompt.
 * Test: test/endpoints/oidc-interactions/asked-once.test.ts.
 *
 * @param isGranted whether this person gave the client this scope before
 */
export function restoreOfflineAccess(ctx: KoaContextWithOIDC, isGranted: boolean): void {
  const { oidc } = ctx;
  const { client, params } = oidc;
  if (!RESTORED_AT.has(oidc.route) || !client || !params) return;
  const requested = stateOf(ctx).requestedScope;
  const scopes = new Set(wordsOf(params['scope']));
  const mayHave =
    wordsOf(requested).includes(OFFLINE) &&
    wordsOf(params['response_type']).includes('code') &&
    client.grantTypeAllowed('refresh_token') &&
    wordsOf(client['scope']).includes(OFFLINE);
  if (mayHave && (isGranted || !oidc.prompts.has('none')))
    params['scope'] = [...scopes.add(OFFLINE)].join(' ');
}

/**
 * Restores `offline_access`; it never asks by itself. For the first prompt: its checks run before any other prompt is
 * considered and before the request is stored (lib/actions/authorization/interactions.js:15 and :98).
 */
export const offlineAccess = new Check('offline_access', 'never asks', 'consent_required', (ctx) => {
  restoreOfflineAccess(ctx, wordsOf(ctx.oidc.grant?.getOIDCScope()).includes(OFFLINE));
  return Check.NO_NEED_TO_PROMPT;
});
