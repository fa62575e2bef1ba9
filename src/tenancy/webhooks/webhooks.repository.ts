import type { Knex } from 'knex';
import type { Database, Transaction } from '../../platform/db/database.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import { type Condition, selectSlice } from '../../platform/paging/select-slice.js';
import type { Tenant } from '../tenants/tenant.js';

/** Where events of a tenant are sent. */
export interface Webhook {
  id: string;
  orgId: string | null;
  projectId: string | null;
  url: string;
  /** Empty means all. */
  events: string[];
  /** Whether it gets further events. */
  enabled: boolean;
  createdBy: string;
  createdAt: Date;
}

const COLUMNS = `id, org_id AS "orgId", project_id AS "projectId", url, events, enabled, created_by AS "createdBy",
  created_at AS "createdAt"`;
/** The SQL of webhooks. */
export class WebhooksRepository {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  list(tenant: Tenant, slice: Slice): Promise<Positioned<Webhook>[]> {
    const list = { columns: COLUMNS, from: 'webhooks', time: 'created_at', id: 'id', where: at(tenant) };
    return selectSlice(this.database.sql, list, slice, (row: Webhook) => row);
  }

  find(tenant: Tenant, id: string): Promise<Webhook | undefined> {
    return this.#find(this.database.sql, tenant, id, '');
  }

  /** Reads a webhook that is changed in the transaction. */
  lock(tx: Transaction, tenant: Tenant, id: string): Promise<Webhook | undefined> {
    return this.#find(tx, tenant, id, 'FOR NO KEY UPDATE');
  }

  async #find(sql: Knex, tenant: Tenant, id: string, locking: string): Promise<Webhook | undefined> {
    const where = [...at(tenant), ['id = ?', id] as const];
    const { rows } = await sql.raw<{ rows: Webhook[] }>(
      `SELECT ${COLUMNS} FROM webhooks WHERE ${where.map(([condition]) => condition).join(' AND ')} ${locking}`,
      where.flatMap(([, ...values]) => values) as string[],
    );
    return rows[0];
  }

  async count(tx: Transaction, tenant: Tenant): Promise<number> {
    const where = at(tenant);
    const { rows } = await tx.raw<{ rows: { count: number }[] }>(
      `SELECT count(*)::int AS count FROM webhooks WHERE ${where.map(([condition]) => condition).join(' AND ')}`,
      where.flatMap(([, ...values]) => values) as string[],
    );
    return rows[0]?.count ?? 0;
  }

  async insert(
    tx: Transaction,
    webhook: Omit<Webhook, 'createdAt' | 'enabled'> & { sealedSecret: Buffer },
  ): Promise<Webhook> {
    const { rows } = await tx.raw<{ rows: Webhook[] }>(
      `INSERT INTO webhooks (id, org_id, project_id, url, events, created_by, sealed_secret)
       VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING ${COLUMNS}`,
      [
        webhook.id,
        webhook.orgId,
        webhook.projectId,
        webhook.url,
        webhook.events,
        webhook.createdBy,
        webhook.sealedSecret,
      ] as string[],
    );
    const [row] = rows;
    if (!row) throw new Error('an insert returns its row');
    return row;
  }

  async update(tx: Transaction, { id, url, events, enabled }: Webhook): Promise<void> {
    await tx('webhooks').where({ id }).update({ url, events, enabled });
  }

  /** The secret before signs as well for so many seconds. */
  async replaceSecret(
    tx: Transaction,
    id: string,
    sealedSecret: Buffer,
    overlapSeconds: number,
  ): Promise<void> {
    await tx.raw(
      `UPDATE webhooks SET previous_sealed_secret = sealed_secret, sealed_secret = ?,
         previous_secret_until = now() + ? * interval '1 second'
       WHERE id = ?`,
      [sealedSecret, overlapSeconds, id],
    );
  }

  async delete(tx: Transaction, id: string): Promise<boolean> {
    return (await tx('webhooks').where({ id }).delete()) === 1;
  }
}

function at({ orgId, projectId }: Tenant): Condition[] {
  return [
    orgId === null ? ['org_id IS NULL'] : ['org_id = ?', orgId],
    projectId === null ? ['project_id IS NULL'] : ['project_id = ?', projectId],
  ];
}
