import type { Context } from '../context.js';
import { type OutboxWorker, startOutboxWorker } from '../platform/outbox/outbox-worker.js';
import { webhookHandler } from '../tenancy/webhooks/webhook-delivery.js';
import { mailHandler } from '../platform/mail/mail-delivery.js';
import { smtpTransport } from '../platform/mail/transport.js';

/** What the deliveries need. */
export type DeliveryServices = Pick<Context, 'log' | 'mailbox' | 'outbox' | 'settings' | 'webhookDeliveries'>;

/** Starts delivering what waits in the outbox in this process, mails too where they are not off. */
export function startDeliveries({
  log,
  mailbox,
  outbox,
  settings,
  webhookDeliveries,
}: DeliveryServices): OutboxWorker {
  const { delivery, from, smtpUrl } = settings.mail;
  if (delivery !== 'off') {
    const transport = smtpUrl === undefined ? mailbox : smtpTransport(smtpUrl.reveal(), from);
    outbox.handle(mailHandler(transport, from.address.slice(from.address.lastIndexOf('@') + 1)));
  }
  outbox.handle(webhookHandler(webhookDeliveries, settings.issuer.startsWith('http:')));
  return startOutboxWorker({ outbox, log });
}
