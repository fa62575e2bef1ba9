import { randomUUID } from 'node:crypto';
import type { Transaction } from '../../platform/db/database.js';
import type { OutboxService } from '../../platform/jobs/outbox.service.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { AuditRow } from '../audit/audit.service.js';
import type { WebhooksRepository } from './webhooks.repository.js';

/** The kind of the outbox's messages that are deliveries to webhooks. */
export const WEBHOOK_KIND = 'webhook';

/** Sends what the audit trail records to the webhooks that want it. */
export class WebhookEventsService {
  constructor(
    private readonly repository: WebhooksRepository,
    private readonly outbox: Pick<OutboxService, 'enqueue'>,
  ) {}

  /** Stores a delivery for each webhook, in the transaction of the event. The address of who did it is left out. */
  async publish(tx: Transaction, { address: _address, action, ...event }: AuditRow): Promise<void> {
    const webhookIds = await this.repository.wanting(tx, event, action);
    if (webhookIds.length === 0) return;
    const body = JSON.stringify({ type: action, timestamp: new Date().toISOString(), data: toSnake(event) });
    for (const webhookId of webhookIds) {
      const id = randomUUID();
      await this.repository.insertDelivery(tx, id, webhookId, action, body);
      await this.outbox.enqueue(tx, { kind: WEBHOOK_KIND, payload: { id } });
    }
  }
}
