import { randomUUID } from 'node:crypto';
import type { Vault } from '../../platform/crypto/sealing.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { lock } from '../../platform/db/locks.js';
import { AppError, found, invalid } from '../../platform/errors/errors.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import { changedFields } from '../../platform/wire/changed-fields.js';
import { parseInput } from '../../platform/wire/input.js';
import type { Actor, AuditAction, AuditService } from '../audit/audit.service.js';
import type { Tenant } from '../tenants/tenant.js';
import { newWebhook, WEBHOOK_READ_ONLY, webhookPatch } from './webhook.schema.js';
import { newWebhookSecret } from './webhook-signature.js';
import type { Webhook, WebhooksRepository } from './webhooks.repository.js';

export type { Webhook } from './webhooks.repository.js';

const MOST_OF_TENANT = 20;
const SECRET_OVERLAP_SECONDS = 24 * 3600;

/** What `WebhooksService` needs. */
export interface WebhooksDependencies {
  database: Database;
  repository: WebhooksRepository;
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
    const { database, repository, vault } = this.deps;
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
      await this.#record(tx, actor, 'webhook.created', made, ['url', 'events']);
      return made;
    });
    return { webhook, secret };
  }

  /**
   * Applies a JSON merge patch (RFC 7396); one that changes nothing is not recorded. AppErrors are `not_found` and
   * `invalid`.
   */
  async update(actor: Actor, tenant: Tenant, id: string, patch: Record<string, unknown>): Promise<Webhook> {
    const { database, repository } = this.deps;
    return database.transaction(async (tx) => {
      const before = found(await repository.lock(tx, tenant, id), 'webhook');
      const { url, events, enabled } = parseInput(
        webhookPatch,
        withoutSameEvents(patch, before),
        WEBHOOK_READ_ONLY,
      );
      if (url !== undefined) this.#checkUrl(url);
      const fields = {
        url: url ?? before.url,
        events: events ? [...new Set(events)] : before.events,
        enabled: enabled ?? before.enabled,
      };
      const changed = changedFields(before, fields);
      if (changed.length === 0) return before;
      const after = { ...before, ...fields };
      await repository.update(tx, after);
      await this.#record(tx, actor, 'webhook.updated', after, changed);
      return after;
    });
  }

  /**
   * Throws AppError `not_found`. What waits for it is not sent any more. Its deliveries are deleted afterwards, by a
   * periodic job.
   */
  async delete(actor: Actor, tenant: Tenant, id: string): Promise<void> {
    const webhook = await this.get(tenant, id);
    const { database, repository } = this.deps;
    await database.transaction(async (tx) => {
      // Each of two would wait for the other one's webhook, when both want the event.
      await lock(tx, 'webhook deletion');
      if (await repository.delete(tx, id)) await this.#record(tx, actor, 'webhook.deleted', webhook);
    });
  }

  /** The secret is returned once; messages are signed with both for 24 hours. Throws AppError `not_found`. */
  async rotateSecret(
    actor: Actor,
    tenant: Tenant,
    id: string,
  ): Promise<{ webhook: Webhook; secret: string }> {
    const { database, repository, vault } = this.deps;
    const secret = newWebhookSecret();
    const webhook = await database.transaction(async (tx) => {
      const record = found(await repository.lock(tx, tenant, id), 'webhook');
      await repository.replaceSecret(tx, id, vault.seal('webhooks', secret, id), SECRET_OVERLAP_SECONDS);
      await this.#record(tx, actor, 'webhook.secret_rotated', record);
      return record;
    });
    return { webhook, secret };
  }

  #record(
    tx: Transaction,
    actor: Actor,
    action: AuditAction,
    { id, orgId, projectId }: Webhook,
    changed: readonly string[] = [],
  ): Promise<void> {
    return this.deps.audit.record(tx, {
      actor,
      action,
      targetId: id,
      orgId,
      projectId,
      changedFields: changed,
    });
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

/** The patch without events that stay as they are: an earlier version accepted names that are no action of this one. */
function withoutSameEvents(patch: Record<string, unknown>, before: Webhook): Record<string, unknown> {
  const { events, ...rest } = patch;
  return JSON.stringify(events) === JSON.stringify(before.events) ? rest : patch;
}
