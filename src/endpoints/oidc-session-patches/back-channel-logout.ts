import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client, Provider } from 'oidc-provider';
import { requestState } from '../../../adapters/request-state.js';
import type { LogoutNotice } from '../../identity/sessions/logout-messages.js';

type LoggedOutClient = Client & { backchannelLogout(accountId: string, sid: string): Promise<void> };
type IssueOptions = Parameters<InstanceType<Provider['IdToken']>['issue']>[0];
type LogoutToken = InstanceType<Provider['IdToken']> & {
  issue(options: IssueOptions): Promise<string>;
};

/** The `jti` of the logout token that is being sent. */
const sending = new AsyncLocalStorage<string>();

/**
 * Has `queue` store what the engine would send while the person waits. The engine (9.13.3) sends each logout token once
 * and only emits an event when that fails:
 * - lib/actions/end_session.js:137 calls `client.backchannelLogout` and waits for all receivers;
 * - lib/models/client.js:442 mints the token with a random `jti` and posts it.
 *
 * Here `backchannelLogout` keeps the notice, and the notices are queued right before the session is destroyed
 * (lib/models/session.js:109) or saved without the client (lib/models/session.js:85). When they cannot be queued the
 * session stays and the request fails, so no session ends without its notices.
 * Test: test/endpoints/oidc-patches/back-channel-logout.test.ts.
 */
export function queueBackChannelLogout(
  provider: Provider,
  queue: (notices: LogoutNotice[]) => Promise<void>,
): void {
  const client = provider.Client.prototype as LoggedOutClient;
  const send = Reflect.get<LoggedOutClient, 'backchannelLogout'>(client, 'backchannelLogout');
  client.backchannelLogout = async function (accountId, sid) {
    if (sending.getStore() !== undefined) return send.call(this, accountId, sid);
    const state = requestState();
    if (!state) throw new Error('a session ends outside a request');
    state.logoutNotices.push({ clientId: this.clientId, accountId, sid });
  };

  const token = provider.IdToken.prototype as LogoutToken;
  const issue = Reflect.get<LogoutToken, 'issue'>(token, 'issue');
  token.issue = function (options) {
    const jti = sending.getStore();
    if (jti !== undefined && options.use === 'logout') this.set('jti', jti);
    return issue.call(this, options);
  };

  const session = provider.Session.prototype;
  const destroy = Reflect.get<typeof session, 'destroy'>(session, 'destroy');
  session.destroy = async function () {
    await queuePending(queue);
    return destroy.call(this);
  };
  const save = Reflect.get<typeof session, 'save'>(session, 'save');
  session.save = async function (ttl) {
    await queuePending(queue, this.authorizations);
    return save.call(this, ttl);
  };
}

/** Queues the request's notices, but those of clients for which the session continues. */
async function queuePending(
  queue: (notices: LogoutNotice[]) => Promise<void>,
  continuing: object = {},
): Promise<void> {
  const state = requestState();
  const ended = state?.logoutNotices.filter(({ clientId }) => !Object.hasOwn(continuing, clientId)) ?? [];
  if (ended.length === 0) return;
  await queue(ended);
  if (state) state.logoutNotices = [];
}

/**
 * Mints a logout token with this `jti` and posts it as the engine does: with its guard against requests to internal
 * addresses and its timeout of 2.5 s. Throws what the engine throws; an answer other
 * than 200 and 204 is the error's `response`.
 */
export function sendLogoutToken(
  client: Client,
  { accountId, sid }: LogoutNotice,
  jti: string,
): Promise<void> {
  return sending.run(jti, () => (client as LoggedOutClient).backchannelLogout(accountId, sid));
}
