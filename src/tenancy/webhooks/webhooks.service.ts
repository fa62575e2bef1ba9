import { randomUUID } from 'node:crypto';
import type { Vault } from '../../platform/crypto/sealing.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { lock } from '../../platform/db/locks.js';
import { AppError, found, invalid } from '../../platform/errors/errors.js';
import { deleteInBatches } from '../../platform/jobs/delete-in-batches.js';
import { DeliveryError } from '../../platform/jobs/outbox-message.js';
import type { OutboxService } from '../../platform/jobs/outbox.service.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import { parseInput } from '../../platform/wire/input.js';
import type { Actor, AuditService } from '../audit/audit.service.js';
import type { Tenant } from '../tenants/tenant.js';
import { newWebhook, WEBHOOK_READ_ONLY } from './webhook.schema.js';
import { webhookMessage } from './webhook-events.service.js';
import { newWebhookSecret } from './webhook-signature.js';
import type { Webhook, WebhookDelivery, WebhooksRepository } from './webhooks.repository.js';

export type { Webhook, WebhookDelivery } from './webhooks.repository.js';

const MOST_OF_TENANT = 20;

/** What `WebhooksService` needs. */
export interface WebhooksDependencies {
  database: Database;
  repository: WebhooksRepository;
  outbox: Pick<OutboxService, 'enqueue'>;
  vault: Vault;
  audit: AuditService;
  /** Whether this is an installation on localhost. */
  isLocal: boolean;
}

/** Where the events of the installation, of organizations and of projects are sent. */
export class WebhooksService {
  constructor(private readonly deps: WebhooksDependencies) {}

  /** Newest first. Throws as `readPage` does. */
  list(tenant: Tenant, limit: number, cursor?: string): Promise<Page<Webhook>> {
    return readPage(limit, cursor, (slice) => this.deps.repository.list(tenant, slice));
  }

  /** Throws AppError `not_found`. */
  async get(tenant: Tenant, id: string): Promise<Webhook> {
    return found(await this.deps.repository.find(tenant, id), 'webhook');
  }

  /** The secret is returned once. Throws AppError `invalid`, and `conflict` beyond 20 webhooks of a tenant. */
  async create(
    actor: Actor,
    tenant: Tenant,
    input: Record<string, unknown>,
  ): Promise<{ webhook: Webhook; secret: string }> {
    const { url, events } = parseInput(newWebhook, input, WEBHOOK_READ_ONLY);
    this.#checkUrl(url);
    const { audit, database, repository, vault } = this.deps;
    const { orgId, projectId } = tenant;
    const id = randomUUID();
    const secret = newWebhookSecret();
    const webhook = await database.transaction(async (tx) => {
      await lock(tx, `webhooks ${orgId ?? ''} ${projectId ?? ''}`);
      if ((await repository.count(tx, tenant)) >= MOST_OF_TENANT)
        throw new AppError(
          'conflict',
          `There are ${String(MOST_OF_TENANT)} webhooks already; delete one first.`,
        );
      const sealedSecret = vault.seal('webhooks', secret, id);
      const made = await repository.insert(tx, {
        id,
        orgId,
        projectId,
        url,
        events: [...new Set(events ?? [])],
        createdBy: actor.subject,
        sealedSecret,
      });
      await audit.record(tx, {
        actor,
        action: 'webhook.created',
        targetId: id,
        orgId,
        projectId,
        changedFields: ['url', 'events'],
      });
      return made;
    });
    return { webhook, secret };
  }

  /**
   * Throws AppError `not_found`. What waits for it is not sent any more. Its deliveries are deleted first, in batches, so
   * that few rows are locked for long.
   */
  async delete(actor: Actor, tenant: Tenant, id: string): Promise<void> {
    await this.get(tenant, id);
    const { audit, database, repository } = this.deps;
    const { orgId, projectId } = tenant;
    await deleteInBatches((limit) => repository.deleteDeliveries(id, limit));
    await database.transaction(async (tx) => {
      // Each of two would wait for the other one's webhook, when both want the event.
      await lock(tx, 'webhook deletion');
      if (!(await repository.delete(tx, id))) return;
      await audit.record(tx, {
        actor,
        action: 'webhook.deleted',
        targetId: id,
        orgId,
        projectId,
        changedFields: [],
      });
    });
  }

  /** Newest first. Throws AppError `not_found`, and as `readPage` does. */
  async deliveries(
    tenant: Tenant,
    id: string,
    status: string | undefined,
    { limit, cursor }: { limit: number; cursor: string | undefined },
  ): Promise<Page<WebhookDelivery>> {
    await this.get(tenant, id);
    return readPage(limit, cursor, (slice) => this.deps.repository.deliveries(id, status, slice));
  }

  /** Sends a delivery that failed again, from its first attempt on. Throws AppError `not_found` when it is none. */
  async redeliver(actor: Actor, tenant: Tenant, id: string, deliveryId: string): Promise<WebhookDelivery> {
    await this.get(tenant, id);
    const { audit, database, outbox, repository } = this.deps;
    const { orgId, projectId } = tenant;
    return database.transaction(async (tx) => {
      const delivery = found(await repository.restart(tx, id, deliveryId), 'failed delivery');
      await outbox.enqueue(tx, webhookMessage(deliveryId));
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
  async outgoing(id: string): Promise<{ url: string; body: string; secret: string } | undefined> {
    const found = await this.deps.repository.outgoing(id);
    if (!found) return undefined;
    const { url, body, webhookId, sealedSecret } = found;
    try {
      return { url, body, secret: this.deps.vault.open('webhooks', sealedSecret, webhookId).toString() };
    } catch (cause) {
      throw new DeliveryError('this encryption key does not open the secret', { final: true, cause });
    }
  }

  /** Records an attempt of a delivery. */
  record(...attempt: Parameters<WebhooksRepository['record']>): Promise<void> {
    return this.deps.repository.record(...attempt);
  }

  /** Deletes deliveries after 30 days, what was delivered after 3. */
  async purge(stopping?: AbortSignal): Promise<void> {
    await deleteInBatches((limit) => this.deps.repository.purge(limit), stopping);
  }

  #checkUrl(text: string): void {
    const url = URL.parse(text);
    const isLocalHttp = this.deps.isLocal && url?.protocol === 'http:';
    const isFine =
      url && (url.protocol === 'https:' || isLocalHttp) && !url.username && !url.password && !url.hash;
    if (!isFine)
      throw invalid([
        {
          pointer: '/url',
          detail: 'Send an https URL without user information and fragment (http only on localhost).',
        },
      ]);
  }
}
