import { LOGOUT_KIND, type LogoutNotice } from '../../identity/sessions/logout-messages.js';
import { DeliveryError, type OutboxHandler } from '../../platform/outbox/outbox-message.js';
import { sendLogoutToken } from '../oidc-session-patches/back-channel-logout.js';
import type { Engine } from './engine.js';

const AT_ONCE = { atOnce: 8, atOncePerReceiver: 2 };

/**
 * Delivers logout tokens (OpenID Connect Back-Channel Logout 1.0 section 2.5). Each attempt mints a new token, because a
 * token is valid for two minutes and retries go on for hours; its `jti` is the message's id in all of them, so that a
 * client can recognize a token that it has processed. An answer of 400 means that the client has refused the token
 * (section 2.8) and is final.
 */
export function logoutHandler(engine: Pick<Engine, 'provider'>): OutboxHandler {
  return {
    kind: LOGOUT_KIND,
    ...AT_ONCE,
    deliver: async ({ id, payload }) => {
      const notice = payload as LogoutNotice;
      const { clientId } = notice;
      const client = await engine.provider.Client.find(clientId);
      // It was deleted, or does not want to be told any more.
      if (!client?.backchannelLogoutUri) return;
      try {
        await sendLogoutToken(client, notice, id);
      } catch (error) {
        throw failure(clientId, error);
      }
    },
  };
}

function failure(clientId: string, error: unknown): DeliveryError {
  const what = `back-channel logout failed: client ${clientId}`;
  const { response } = error as { response?: Response };
  if (!response) return new DeliveryError(`${what} could not be reached`, { cause: error });
  response.body?.cancel().catch(() => undefined);
  return new DeliveryError(`${what} answered ${String(response.status)}`, { final: response.status === 400 });
}
