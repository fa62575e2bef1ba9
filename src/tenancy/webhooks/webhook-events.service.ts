import type { Transaction } from '../../platform/db/database.js';
import type { OutboxMessage } from '../../platform/outbox/outbox-message.js';
import type { OutboxService } from '../../platform/outbox/outbox.service.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { AuditRow } from '../audit/audit.service.js';
import type { WebhookDeliveriesRepository } from './webhook-deliveries.repository.js';

/** The kind of the outbox's messages that are deliveries to webhooks. */
export const WEBHOOK_KIND = 'webhook';

/** The message of a delivery to a webhook, which has the delivery's id. */
export function webhookMessage({ id, webhookId }: { id: string; webhookId: string }): OutboxMessage {
  return { id, kind: WEBHOOK_KIND, payload: { id }, receiver: webhookId };
}

/** The body of a message, as Standard Webhooks has it. */
export function webhookBody(type: string, data: object): string {
  return JSON.stringify({ type, timestamp: new Date().toISOString(), data });
}

/** Sends what the audit trail records to the webhooks that want it. */
export class WebhookEventsService {
  constructor(
    private readonly repository: WebhookDeliveriesRepository,
    private readonly outbox: Pick<OutboxService, 'enqueueAll'>,
  ) {}

  /** Stores a delivery for each webhook, in the transaction of the event. The address of who did it is left out. */
  async publish(tx: Transaction, { address: _address, action, ...event }: AuditRow): Promise<void> {
    const body = webhookBody(action, toSnake(event));
    const deliveries = await this.repository.insertForAll(tx, event, action, body);
    await this.outbox.enqueueAll(tx, deliveries.map(webhookMessage));
  }
}
