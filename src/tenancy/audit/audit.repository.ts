import type { Database, Transaction } from '../../platform/db/database.js';
import type { Position } from '../../platform/paging/cursor.js';

/** One row of the audit trail; `occurred_at` is the database's. */
export interface AuditRow {
  orgId: string | null;
  projectId: string | null;
  actor: string;
  action: string;
  targetType: string;
  targetId: string;
  changedFields: readonly string[];
  address: string | null;
  requestId: string | null;
}

/** A row as it was written. */
export interface StoredAuditRow extends AuditRow {
  id: string;
  occurredAt: Date;
}

/** Which events to list. Times are RFC 3339; `from` is in the span, `to` is not. */
export interface AuditFilter {
  projectId?: string;
  actor?: string;
  action?: string;
  targetId?: string;
  from?: string;
  to?: string;
}

const COLUMNS = `id, org_id AS "orgId", project_id AS "projectId", actor, action, target_type AS "targetType",
  target_id AS "targetId", changed_fields AS "changedFields", address, request_id AS "requestId",
  occurred_at AS "occurredAt"`;
const POSITION = `to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position`;
const CONDITIONS: Readonly<Record<keyof AuditFilter, string>> = {
  projectId: 'project_id = ?',
  actor: 'actor = ?',
  action: 'action = ?',
  targetId: 'target_id = ?',
  from: 'occurred_at >= ?::timestamptz',
  to: 'occurred_at < ?::timestamptz',
};

/** The SQL of the audit trail, which is only ever appended to; a trigger sees to that. */
export class AuditRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Transaction, row: AuditRow): Promise<void> {
    await tx('audit_events').insert({
      org_id: row.orgId,
      project_id: row.projectId,
      actor: row.actor,
      action: row.action,
      target_type: row.targetType,
      target_id: row.targetId,
      changed_fields: row.changedFields,
      address: row.address,
      request_id: row.requestId,
    });
  }

  /** Newest first, behind `after`. */
  async list(
    filter: AuditFilter,
    limit: number,
    after?: Position,
  ): Promise<{ row: StoredAuditRow; position: Position }[]> {
    const where: string[] = [];
    const values: string[] = [];
    for (const [name, condition] of Object.entries(CONDITIONS)) {
      const value = filter[name as keyof AuditFilter];
      if (value === undefined) continue;
      where.push(condition);
      values.push(value);
    }
    if (after) {
      where.push('(occurred_at, id) < (?::timestamptz, ?::uuid)');
      values.push(after.createdAt, after.id);
    }
    const { rows } = await this.database.sql.raw<{ rows: (StoredAuditRow & { position: string })[] }>(
      `SELECT ${COLUMNS}, ${POSITION} FROM audit_events ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
       ORDER BY occurred_at DESC, id DESC LIMIT ${String(limit)}`,
      values,
    );
    return rows.map(({ position, ...row }) => ({ row, position: { createdAt: position, id: row.id } }));
  }
}
