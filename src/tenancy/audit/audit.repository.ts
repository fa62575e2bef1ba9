import type { Database, Transaction } from '../../platform/db/database.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import { type Condition, selectSlice } from '../../platform/paging/select-slice.js';

/** A row of the audit trail to insert; the database adds `id` and `occurred_at`. */
export interface AuditRow {
  orgId: string | null;
  projectId: string | null;
  actor: string;
  action: string;
  targetType: string;
  targetId: string;
  clientId: string | null;
  changedFields: readonly string[];
  address: string | null;
  requestId: string | null;
}

/** A row as it was written. */
export interface StoredAuditRow extends AuditRow {
  id: string;
  occurredAt: Date;
}

/** Which events to list. Times are RFC 3339; `from` is inclusive, `to` exclusive. */
export interface AuditFilter {
  orgId?: string;
  projectId?: string;
  actor?: string;
  action?: string;
  exceptAction?: string;
  targetId?: string;
  from?: string;
  to?: string;
}

const COLUMNS = `id, org_id AS "orgId", project_id AS "projectId", actor, action, target_type AS "targetType",
  target_id AS "targetId", changed_fields AS "changedFields", address, request_id AS "requestId", client_id AS "clientId",
  occurred_at AS "occurredAt"`;
const CONDITIONS: Readonly<Record<keyof AuditFilter, string>> = {
  orgId: 'org_id = ?',
  projectId: 'project_id = ?',
  actor: 'actor = ?',
  action: 'action = ?',
  exceptAction: 'action <> ?',
  targetId: 'target_id = ?',
  from: 'occurred_at >= ?::timestamptz',
  to: 'occurred_at < ?::timestamptz',
};

/** The SQL of the audit trail, which is append-only: a trigger refuses anything else. */
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
      client_id: row.clientId,
      changed_fields: row.changedFields,
      address: row.address,
      request_id: row.requestId,
    });
  }

  /** Newest first. */
  list(filter: AuditFilter, slice: Slice): Promise<Positioned<StoredAuditRow>[]> {
    const where = Object.entries(CONDITIONS).flatMap(([name, condition]): Condition[] => {
      const value = filter[name as keyof AuditFilter];
      return value === undefined ? [] : [[condition, value]];
    });
    const list = { columns: COLUMNS, from: 'audit_events', time: 'occurred_at', id: 'id', where };
    return selectSlice(this.database.sql, list, slice, (row: StoredAuditRow) => row);
  }
}
