import { randomUUID } from 'node:crypto';
import type { Vault } from '../../platform/crypto/sealing.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { found } from '../../platform/errors/errors.js';
import { deleteInBatches } from '../../platform/jobs/delete-in-batches.js';
import { DeliveryError } from '../../platform/outbox/outbox-message.js';
import type { OutboxService } from '../../platform/outbox/outbox.service.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import type { Actor, AuditService } from '../audit/audit.service.js';
import type { Tenant } from '../tenants/tenant.js';
import type { WebhookDeliveriesRepository, WebhookDelivery } from './webhook-deliveries.repository.js';
import { webhookBody, webhookMessage } from './webhook-events.service.js';
import type { WebhooksService } from './webhooks.service.js';

export type { WebhookDelivery } from './webhook-deliveries.repository.js';

const TEST_EVENT = 'webhook.test';

/** What `WebhookDeliveriesService` needs. */
export interface WebhookDeliveriesDependencies {
  database: Database;
  repository: WebhookDeliveriesRepository;
  webhooks: WebhooksService;
  outbox: Pick<OutboxService, 'enqueue'>;
  vault: Vault;
  audit: AuditService;
}

/** What is sent to webhooks. */
export class WebhookDeliveriesService {
  constructor(private readonly deps: WebhookDeliveriesDependencies) {}

  /** Newest first. Throws AppError `not_found`, and as `readPage` does. */
  async list(
    tenant: Tenant,
    id: string,
    status: string | undefined,
    { limit, cursor }: { limit: number; cursor: string | undefined },
  ): Promise<Page<WebhookDelivery>> {
    await this.deps.webhooks.get(tenant, id);
    return readPage(limit, cursor, (slice) => this.deps.repository.list(id, status, slice));
  }

  /** Sends a message of the type `webhook.test`, also to one that is turned off. Throws AppError `not_found`. */
  async sendTest(tenant: Tenant, webhookId: string): Promise<WebhookDelivery> {
    await this.deps.webhooks.get(tenant, webhookId);
    const { database, outbox, repository } = this.deps;
    const id = randomUUID();
    const body = webhookBody(TEST_EVENT, { webhook_id: webhookId });
    return database.transaction(async (tx) => {
      const inserted = await repository.insert(tx, webhookId, { id, event: TEST_EVENT, body });
      const delivery = found(inserted, 'webhook');
      await outbox.enqueue(tx, webhookMessage({ id, webhookId }));
      return delivery;
    });
  }

  /** Sends a delivery that failed again, from its first attempt on. Throws AppError `not_found` when it is none. */
  async redeliver(actor: Actor, tenant: Tenant, id: string, deliveryId: string): Promise<WebhookDelivery> {
    await this.deps.webhooks.get(tenant, id);
    const { audit, database, outbox, repository } = this.deps;
    const { orgId, projectId } = tenant;
    return database.transaction(async (tx) => {
      const delivery = found(await repository.restart(tx, id, deliveryId), 'failed delivery');
      await outbox.enqueue(tx, webhookMessage({ id: deliveryId, webhookId: id }));
      await audit.record(tx, {
        actor,
        action: 'message.redelivered',
        targetId: deliveryId,
        orgId,
        projectId,
        changedFields: [],
      });
      return delivery;
    });
  }

  /** Has the delivery of a message wait again whose message the outbox delivers again. */
  revive(tx: Transaction, messageId: string): Promise<void> {
    return this.deps.repository.revive(tx, messageId);
  }

  /** What a delivery sends; undefined when there is nothing to send any more. Throws DeliveryError. */
  async outgoing(id: string): Promise<{ url: string; body: string; secrets: string[] } | undefined> {
    const { repository, vault } = this.deps;
    const stored = await repository.outgoing(id);
    if (!stored) return undefined;
    const { url, body, webhookId, sealedSecret, previousSealedSecret } = stored;
    const open = (sealed: Buffer) => vault.open('webhooks', sealed, webhookId).toString();
    try {
      return { url, body, secrets: [open(sealedSecret), ...ifItOpens(open, previousSealedSecret)] };
    } catch (cause) {
      throw new DeliveryError('this encryption key does not open the secret', { final: true, cause });
    }
  }

  /** Records an attempt of a delivery. */
  record(...attempt: Parameters<WebhookDeliveriesRepository['record']>): Promise<void> {
    return this.deps.repository.record(...attempt);
  }

  /** Deletes deliveries after 30 days, what was delivered after 3. */
  async purge(stopping?: AbortSignal): Promise<void> {
    await deleteInBatches((limit) => this.deps.repository.purge(limit), stopping);
  }

  /** Deletes the deliveries of webhooks that were deleted; returns how many. */
  async purgeOfDeleted(stopping?: AbortSignal): Promise<number> {
    const { repository } = this.deps;
    let total = 0;
    for (const id of await repository.deletedWebhooks()) {
      total += await deleteInBatches((limit) => repository.deleteOf(id, limit), stopping);
      if (stopping?.aborted) break;
      await repository.forgetDeleted(id);
    }
    return total;
  }
}

/** A previous secret that was sealed with a lost encryption key ends at once. */
function ifItOpens(open: (sealed: Buffer) => string, sealed: Buffer | null): string[] {
  if (!sealed) return [];
  try {
    return [open(sealed)];
  } catch {
    return [];
  }
}
