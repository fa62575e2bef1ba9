import type { Database, Transaction } from '../../platform/db/database.js';
import type { Slice } from '../../platform/paging/page.js';
import { type Condition, selectSlice } from '../../platform/paging/select-slice.js';

/** An event that was sent to a webhook, or is to be. */
export interface WebhookDelivery {
  id: string;
  event: string;
  status: 'waiting' | 'delivered' | 'failed';
  attempts: number;
  responseStatus: number | null;
  lastError: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}

/** What a delivery needs. */
export interface Outgoing {
  webhookId: string;
  url: string;
  body: string;
  sealedSecret: Buffer;
  /** For a while after a rotation. */
  previousSealedSecret: Buffer | null;
}

const DELIVERY = `id, event, status, attempts, response_status AS "responseStatus", last_error AS "lastError",
  created_at AS "createdAt", finished_at AS "finishedAt"`;

/** The SQL of what is sent to webhooks. */
export class WebhookDeliveriesRepository {
  constructor(private readonly database: Database) {}

  /**
   * Inserts a delivery for each webhook of the tenant, and of those above it, that wants the event; returns them. A
   * webhook that is being deleted meanwhile gets none.
   */
  async insertForAll(
    tx: Transaction,
    { orgId, projectId }: { orgId: string | null; projectId: string | null },
    event: string,
    body: string,
  ): Promise<{ id: string; webhookId: string }[]> {
    const { rows } = await tx.raw<{ rows: { id: string; webhookId: string }[] }>(
      `INSERT INTO webhook_deliveries (id, webhook_id, event, body)
       SELECT gen_random_uuid(), id, ?, ? FROM webhooks
       WHERE enabled AND (org_id IS NULL OR (org_id = ? AND (project_id IS NULL OR project_id = ?)))
         AND (events = '{}' OR ? = ANY (events))
       FOR KEY SHARE RETURNING id, webhook_id AS "webhookId"`,
      [event, body, orgId, projectId, event] as string[],
    );
    return rows;
  }

  /** Inserts a delivery for one webhook; undefined when there is no such webhook. */
  async insert(
    tx: Transaction,
    webhookId: string,
    { id, event, body }: Pick<WebhookDelivery, 'id' | 'event'> & { body: string },
  ): Promise<WebhookDelivery | undefined> {
    const { rows } = await tx.raw<{ rows: WebhookDelivery[] }>(
      `INSERT INTO webhook_deliveries (id, webhook_id, event, body)
       SELECT ?, webhooks.id, ?, ? FROM webhooks WHERE webhooks.id = ? FOR KEY SHARE RETURNING ${DELIVERY}`,
      [id, event, body, webhookId],
    );
    return rows[0];
  }

  /** Webhooks that were deleted and whose deliveries are not yet, at most 100. */
  async deletedWebhooks(): Promise<string[]> {
    const text = 'SELECT id FROM deleted_webhooks ORDER BY id LIMIT 100';
    const query = { name: 'deleted_webhooks_list', text, values: [] };
    return (await this.database.background<{ id: string }>(query)).rows.map(({ id }) => id);
  }

  /** Deletes at most so many deliveries of a webhook; returns how many. */
  async deleteOf(webhookId: string, limit: number): Promise<number> {
    const text = `DELETE FROM webhook_deliveries WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM webhook_deliveries WHERE webhook_id = $1 LIMIT $2))`;
    const query = { name: 'webhook_deliveries_delete', text, values: [webhookId, limit] };
    return (await this.database.background(query)).rowCount ?? 0;
  }

  /** Forgets a deleted webhook, unless it still has deliveries: a batch skips what is changed meanwhile. */
  async forgetDeleted(webhookId: string): Promise<void> {
    const text = `DELETE FROM deleted_webhooks w WHERE id = $1
      AND NOT EXISTS (SELECT FROM webhook_deliveries WHERE webhook_id = w.id)`;
    await this.database.background({ name: 'deleted_webhooks_forget', text, values: [webhookId] });
  }

  /** Newest first. */
  list(webhookId: string, status: string | undefined, slice: Slice) {
    const where: Condition[] = [
      ['webhook_id = ?', webhookId],
      ...(status === undefined ? [] : [['status = ?', status] as const]),
    ];
    const list = { columns: DELIVERY, from: 'webhook_deliveries', time: 'created_at', id: 'id', where };
    return selectSlice(this.database.sql, list, slice, (row: WebhookDelivery) => row);
  }

  /** Makes a delivery wait again that failed, or that waits without a message in the outbox; undefined when it is none. */
  async restart(tx: Transaction, webhookId: string, id: string): Promise<WebhookDelivery | undefined> {
    const { rows } = await tx.raw<{ rows: WebhookDelivery[] }>(
      `UPDATE webhook_deliveries AS delivery SET status = 'waiting', finished_at = NULL
       WHERE id = ? AND webhook_id = ? AND (status = 'failed' OR status = 'waiting' AND NOT EXISTS (
         SELECT FROM outbox WHERE outbox.id = delivery.id AND outbox.dead_at IS NULL))
       RETURNING ${DELIVERY}`,
      [id, webhookId],
    );
    return rows[0];
  }

  /** Makes a delivery that failed wait again. */
  async revive(tx: Transaction, id: string): Promise<void> {
    await tx.raw(
      `UPDATE webhook_deliveries SET status = 'waiting', finished_at = NULL WHERE id = ? AND status = 'failed'`,
      [id],
    );
  }

  /** Undefined when the webhook or the delivery is gone, or was delivered. */
  async outgoing(id: string): Promise<Outgoing | undefined> {
    const { rows } = await this.database.sql.raw<{ rows: Outgoing[] }>(
      `SELECT w.id AS "webhookId", w.url, d.body, w.sealed_secret AS "sealedSecret",
         CASE WHEN w.previous_secret_until > now() THEN w.previous_sealed_secret END AS "previousSealedSecret"
       FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id WHERE d.id = ? AND d.status = 'waiting'`,
      [id],
    );
    return rows[0];
  }

  /** Records an attempt, unless it was delivered already. A body that was delivered is dropped. */
  async record(
    id: string,
    {
      status,
      responseStatus,
      error,
    }: { status: WebhookDelivery['status']; responseStatus: number | null; error: string | null },
  ): Promise<void> {
    await this.database.sql.raw(
      `UPDATE webhook_deliveries SET status = ?, attempts = attempts + 1, response_status = ?, last_error = ?,
         finished_at = CASE WHEN ? = 'waiting' THEN NULL ELSE now() END,
         body = CASE WHEN ? = 'delivered' THEN '' ELSE body END
       WHERE id = ? AND status <> 'delivered'`,
      [status, responseStatus, error, status, status, id] as string[],
    );
  }

  /** Deletes at most so many deliveries that are older than 30 days, or 3 if they were delivered; returns how many. */
  async purge(limit: number): Promise<number> {
    const text = `DELETE FROM webhook_deliveries WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM webhook_deliveries WHERE created_at < now() - interval '3 days'
        AND (finished_at < now() - interval '3 days' AND status = 'delivered' OR created_at < now() - interval '30 days')
      ORDER BY created_at LIMIT $1))`;
    const query = { name: 'webhook_deliveries_purge', text, values: [limit] };
    return (await this.database.background(query)).rowCount ?? 0;
  }
}
