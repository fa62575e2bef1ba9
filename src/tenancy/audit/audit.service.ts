import type { Transaction } from '../../platform/db/database.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import { type AuditAction, targetTypeOf } from './audit-actions.js';
import type { AuditFilter, AuditRepository, StoredAuditRow } from './audit.repository.js';

export type { AuditAction } from './audit-actions.js';
export type { AuditFilter, StoredAuditRow } from './audit.repository.js';

/** Who makes a change: the subject of the token, the client address and the request; the last two are null without a request. */
export interface Actor {
  subject: string;
  address: string | null;
  requestId: string | null;
}

/** The actor of the command line, of the first start and of the server's own checks. */
export const INSTALLATION: Actor = { subject: 'installation', address: null, requestId: null };

/** A change to record. `changedFields` holds names, never values. */
export interface AuditEvent {
  actor: Actor;
  action: AuditAction;
  targetId: string;
  orgId: string | null;
  projectId: string | null;
  changedFields: readonly string[];
}

/** The audit trail: who changed what. */
export class AuditService {
  constructor(private readonly repository: AuditRepository) {}

  /** Writes the event in the transaction of the change: neither exists without the other. */
  record(tx: Transaction, { actor, ...event }: AuditEvent): Promise<void> {
    const { subject, address, requestId } = actor;
    const targetType = targetTypeOf(event.action);
    return this.repository.insert(tx, { ...event, targetType, actor: subject, address, requestId });
  }

  /** Newest first. Throws as `readPage` does. */
  list(filter: AuditFilter, limit: number, cursor?: string): Promise<Page<StoredAuditRow>> {
    return readPage(limit, cursor, (slice) => this.repository.list(filter, slice));
  }
}
