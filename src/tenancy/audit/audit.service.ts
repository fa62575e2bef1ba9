import type { Actor } from '../../identity/account-events/actor.js';
import type { Transaction } from '../../platform/db/database.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import { type AuditAction, targetTypeOf } from './audit-actions.js';
import type { AuditFilter, AuditRepository, AuditRow, StoredAuditRow } from './audit.repository.js';

export type { Actor } from '../../identity/account-events/actor.js';
export type { AuditAction } from './audit-actions.js';
export type { AuditFilter, AuditRow, StoredAuditRow } from './audit.repository.js';

/** The actor of the command line, of the first start and of the server's own checks. */
export const INSTALLATION: Actor = { subject: 'installation', address: null, requestId: null };

/** A change to record. `changedFields` holds names, never values. */
export interface AuditEvent {
  actor: Actor;
  action: AuditAction;
  targetId: string;
  orgId: string | null;
  projectId: string | null;
  /** The client_id of the application that an event of an account is about. */
  clientId?: string | null;
  changedFields: readonly string[];
}

/** The audit trail: who changed what. */
export class AuditService {
  /** @param recorded is told each event, in the transaction of the change. */
  constructor(
    private readonly repository: AuditRepository,
    private readonly recorded: (tx: Transaction, row: AuditRow) => Promise<void>,
  ) {}

  /** Writes the event in the transaction of the change: neither exists without the other. */
  async record(tx: Transaction, { actor, clientId = null, ...event }: AuditEvent): Promise<void> {
    const { subject, address, requestId } = actor;
    const targetType = targetTypeOf(event.action);
    const row = { ...event, clientId, targetType, actor: subject, address, requestId };
    await this.repository.insert(tx, row);
    await this.recorded(tx, row);
  }

  /** Newest first. Throws as `readPage` does. */
  list(filter: AuditFilter, limit: number, cursor?: string): Promise<Page<StoredAuditRow>> {
    return readPage(limit, cursor, (slice) => this.repository.list(filter, slice));
  }
}
