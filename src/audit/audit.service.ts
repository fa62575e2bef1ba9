import type { Transaction } from '../db/database.js';
import type { AuditRepository } from './audit.repository.js';

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

/** Keeps who changed what. */
export class AuditService {
  constructor(private readonly repository: AuditRepository) {}

  /** Writes the event in the transaction of the change: neither exists without the other. */
  record(tx: Transaction, { actor, ...event }: AuditEvent): Promise<void> {
    const { subject, address, requestId } = actor;
    return this.repository.insert(tx, { ...event, actor: subject, address, requestId });
  }
}
