import { attemptsOf, DeliveryError, type OutboxHandler } from '../../platform/outbox/outbox-message.js';
import { plainFetch } from '../../platform/outgoing/outgoing-requests.js';
import { guardedFetch } from '../../platform/outgoing/guarded-fetch.js';
import { signedHeaders } from './webhook-signature.js';
import type { WebhookDeliveriesService } from './webhook-deliveries.service.js';
import { WEBHOOK_KIND } from './webhook-events.service.js';

/** After 5 s, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours, as Standard Webhooks recommends. */
const RETRIES = { delays: [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] };
/** A receiver that hangs keeps one of the few deliveries that a process makes at once. */
const TIMEOUT_MILLISECONDS = 5_000;
const AT_ONCE = { atOnce: 8, atOncePerReceiver: 2 };

/**
 * Delivers events to webhooks: signed, to public addresses only, without following redirects. Any 2xx is a success, 410
 * the end of all attempts.
 *
 * @param isLocal whether this is an installation on localhost, whose receivers may be there, too, and without https
 */
export function webhookHandler(deliveries: WebhookDeliveriesService, isLocal: boolean): OutboxHandler {
  return {
    kind: WEBHOOK_KIND,
    retries: RETRIES,
    ...AT_ONCE,
    deliver: async ({ payload, attempt }) => {
      const { id } = payload as { id: string };
      let responseStatus: number | null = null;
      try {
        const message = await deliveries.outgoing(id);
        if (!message) return;
        const { url, body, secrets } = message;
        const response = await send(url, {
          method: 'POST',
          body,
          headers: {
            'content-type': 'application/json',
            'user-agent': 'Postern-Webhooks',
            ...signedHeaders(secrets, id, body, Date.now()),
          },
          signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
          redirect: 'manual',
        });
        responseStatus = response.status;
        response.body?.cancel().catch(() => undefined);
        if (responseStatus < 200 || responseStatus > 299)
          throw new DeliveryError(`the receiver answered ${String(responseStatus)}`, {
            final: responseStatus === 410,
          });
      } catch (error) {
        const failure =
          error instanceof DeliveryError
            ? error
            : new DeliveryError(`the receiver could not be reached: ${nameOf(error)}`, { cause: error });
        const isLast = failure.final || attempt >= attemptsOf(RETRIES);
        const status = isLast ? 'failed' : 'waiting';
        await deliveries.record(id, { status, responseStatus, error: failure.message });
        throw failure;
      }
      await deliveries.record(id, { status: 'delivered', responseStatus, error: null });
    },
  };

  function send(url: string, options: RequestInit): Promise<Response> {
    return isLocal && url.startsWith('http:')
      ? plainFetch(url, options)
      : guardedFetch(url, options, isLocal);
  }
}

/** The kind of an error; its text could quote the URL. */
function nameOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return 'unknown';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
}
