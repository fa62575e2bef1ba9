import { type Client, errors, Provider } from 'oidc-provider';
import type { EventEmitter } from 'node:events';
import { stateOf } from '../../../adapters/request-state.js';
import { asErrorDescription } from '../../platform/text/error-description.js';
import { shownText, shownUri } from '../../registry/usage/failure-detail.js';

/**
 * Asks a person who is signed in whether to sign out also when the post-logout redirect URI is not registered: the browser
 * is not sent there (RP-Initiated Logout 1.0 section 3), as if there were none, and the page says which URI it was. It is a
 * failed request of the client all the same. Without a person it is an error.
 *
 * Engine: lib/actions/end_session.js:71 refuses the request, and does not say which URI it was.
 * Test: test/endpoints/oidc-patches/logout.test.ts, "that is not registered".
 */
export function askWithoutReturn(provider: Provider): void {
  const client = provider.Client.prototype;
  const isRegistered = Reflect.get<Client, 'postLogoutRedirectUriAllowed'>(
    client,
    'postLogoutRedirectUriAllowed',
  );
  client.postLogoutRedirectUriAllowed = function (this: Client, uri: string) {
    if (isRegistered.call(this, uri)) return true;
    const ctx = Provider.ctx;
    const { params, session } = ctx?.oidc ?? {};
    const shown = shownUri(uri)?.replace(/\s/g, '%20') ?? 'that is no URI';
    const refusal = new errors.InvalidRequest(
      asErrorDescription(
        `post_logout_redirect_uri ${shown} is not registered: add it to post_logout_redirect_uris of this client`,
      ),
    );
    if (!ctx || !params || session?.accountId === undefined) throw refusal;
    (provider as EventEmitter).emit('end_session.error', ctx, refusal);
    // With its query, which may be what differs; but no sentence of somebody else's on our page.
    stateOf(ctx).refusedReturn = (/\s/.test(uri) ? undefined : shownText(uri)) ?? shown;
    params['post_logout_redirect_uri'] = undefined;
    return true;
  };
}
