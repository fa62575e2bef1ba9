import type { Transaction } from '../db/database.js';

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

/** The SQL of the audit trail, which is only ever appended to. */
export class AuditRepository {
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
}
