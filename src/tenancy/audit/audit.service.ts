import type { Transaction } from '../../platform/db/database.js';
import { decodeCursor, encodeCursor } from '../../platform/paging/cursor.js';
import type { AuditFilter, AuditRepository, StoredAuditRow } from './audit.repository.js';

export type { AuditFilter, StoredAuditRow } from './audit.repository.js';

/** Who does something: the subject of the token, where from, and in which request; nulls on the command line. */
export interface Actor {
  subject: string;
  address: string | null;
  requestId: string | null;
}

/** Something that happened to something. `changedFields` holds names, never values. */
export interface AuditEvent {
  actor: Actor;
  action: string;
  targetType: string;
  targetId: string;
  orgId: string | null;
  projectId: string | null;
  changedFields: readonly string[];
}

/** A page of the audit trail: `nextCursor` is null on the last one. */
export interface AuditPage {
  data: StoredAuditRow[];
  nextCursor: string | null;
}

/** Keeps who changed what. */
export class AuditService {
  constructor(private readonly repository: AuditRepository) {}

  /** Writes the event in the transaction of the change: neither exists without the other. */
  record(tx: Transaction, { actor, ...event }: AuditEvent): Promise<void> {
    const { subject, address, requestId } = actor;
    return this.repository.insert(tx, { ...event, actor: subject, address, requestId });
  }

  /** Newest first. `limit` is 1 to 100. Throws AppError `malformed` for a cursor that is not one of ours. */
  async list(filter: AuditFilter, limit: number, cursor?: string): Promise<AuditPage> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const found = await this.repository.list(filter, limit + 1, after);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      data: page.map(({ row }) => row),
      nextCursor: found.length > limit && last ? encodeCursor(last.position) : null,
    };
  }
}
