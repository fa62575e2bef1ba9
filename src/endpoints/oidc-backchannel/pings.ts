import type { Client, Provider } from 'oidc-provider';
import {
  DeliveryError,
  type OutboxHandler,
  type OutboxMessage,
} from '../../platform/outbox/outbox-message.js';
import { engineFetch } from '../oidc-guards/engine-fetch.js';
import type { LiveClientsService } from '../../registry/live-clients/live-clients.service.js';

/** The kind of the messages. */
export const PING_KIND = 'backchannel-ping';
const TIMEOUT_MS = 5_000;
/** Of 4xx, what a later attempt may change: too slow, too early (RFC 8470), too many. */
const LATER = [408, 425, 429];
const AT_ONCE = { atOnce: 2, atOncePerReceiver: 1 };

/** That a client is to be notified of. */
export interface Ping {
  clientId: string;
  authReqId: string;
  /** The bearer token that the client has given for it. */
  token: string;
  /** When the request expires, in seconds since the epoch. */
  expiresAt: number;
}

type PingedClient = Client & {
  backchannelPing(request: { jti: string; exp?: number; params?: Record<string, unknown> }): Promise<void>;
};

/**
 * Has `queue` store the notifications of CIBA clients (section 10.2), which the engine would send once, while the person
 * waits: lib/provider.js:325 and lib/models/client.js:412. Test: test/endpoints/oidc-backchannel/pings.test.ts.
 */
export function queuePings(provider: Provider, queue: (ping: Ping) => Promise<void>): void {
  const client = provider.Client.prototype as PingedClient;
  client.backchannelPing = function ({ jti, exp = 0, params = {} }) {
    const token = String(params['client_notification_token']);
    return queue({ clientId: this.clientId, authReqId: jti, token, expiresAt: exp });
  };
}

export function pingMessage(ping: Ping): OutboxMessage {
  return { kind: PING_KIND, payload: ping, receiver: ping.clientId };
}

/**
 * Delivers notifications: 204, or 200, says that the client has it. One that the client has refused or redirected is not sent
 * again (CIBA section 10.2), and what has expired is not sent.
 */
export function pingHandler(clients: Pick<LiveClientsService, 'find'>, issuer: string): OutboxHandler {
  const send = engineFetch(issuer);
  return {
    kind: PING_KIND,
    ...AT_ONCE,
    deliver: async ({ payload }) => {
      const { clientId, authReqId, token, expiresAt } = payload as Ping;
      if (expiresAt <= Date.now() / 1000) return;
      const client = await clients.find(clientId);
      const endpoint = client?.record.backchannelClientNotificationEndpoint ?? null;
      if (endpoint === null) return;
      const what = `notification failed: client ${clientId}`;
      const response = await send(endpoint, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ auth_req_id: authReqId }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((cause: unknown) => {
        throw new DeliveryError(`${what} could not be reached`, { cause });
      });
      response.body?.cancel().catch(() => undefined);
      const { status } = response;
      if (status === 204 || status === 200) return;
      const final = status >= 300 && status < 500 && !LATER.includes(status);
      throw new DeliveryError(`${what} answered ${String(status)}`, { final });
    },
  };
}
