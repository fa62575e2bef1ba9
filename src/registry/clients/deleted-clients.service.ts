import type { Actor, AuditService } from '../../tenancy/audit/audit.service.js';
import type { Database } from '../../platform/db/database.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import type { ClientRecord } from '../client-record/client-record.js';
import { checkVersion, type IfMatch } from '../../platform/wire/record-version.js';
import type { ClientsRepository, PurgedClient } from './clients.repository.js';
import type { DeadArtifacts } from './invalidated-artifacts-cleanup.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';

const PURGE_PIECE = 100;

/** What restoring and purging need. */
export interface DeletedClientsDependencies {
  database: Database;
  repository: ClientsRepository;
  deadArtifacts: DeadArtifacts;
  audit: AuditService;
  /** Days in which a deleted client can be restored. */
  restoreDays: number;
}

/** What becomes of clients after their deletion: they come back, or go for ever. */
export class DeletedClientsService {
  constructor(private readonly deps: DeletedClientsDependencies) {}

  /**
   * Brings a deleted client back with its settings and secrets. Nothing that was issued to it before comes back, not even
   * what a request wrote that was under way when it was deleted. Throws AppError `not_found`, `stale` when `ifMatch` names
   * other versions, or `conflict` when the client is not deleted or was deleted too long ago.
   */
  async restore(actor: Actor, tenant: ProjectTenant, id: string, ifMatch?: IfMatch): Promise<ClientRecord> {
    const { audit, database, deadArtifacts, repository, restoreDays } = this.deps;
    const record = await database.transaction(async (tx) => {
      const client = await repository.lock(tx, tenant.projectId, id, 'deleted');
      if (!client) {
        if (!(await repository.find(tenant.projectId, id, tx))) throw notFound('client');
        throw new AppError('conflict', 'The client is not deleted.');
      }
      checkVersion(client, ifMatch);
      if (!(await repository.restore(tx, id, restoreDays))) {
        const days = String(restoreDays);
        throw new AppError(
          'conflict',
          `The client was deleted more than ${days} days ago: it is about to be purged.`,
        );
      }
      const target = { targetType: 'client', targetId: id, changedFields: ['deleted_at'] };
      await audit.record(tx, { actor, action: 'client.restored', ...target, ...tenant });
      return (await repository.find(tenant.projectId, id, tx)) ?? client;
    });
    deadArtifacts.remove(record.clientId);
    return record;
  }

  /** Removes the clients that can no longer be restored, in bounded pieces; of each its client_id stays taken for ever. */
  async purge(actor: Actor): Promise<number> {
    const { audit, database, deadArtifacts, repository, restoreDays } = this.deps;
    let total = 0;
    let purged: PurgedClient[];
    do {
      purged = await database.transaction(async (tx) => {
        const gone = await repository.purge(tx, restoreDays, PURGE_PIECE);
        for (const { id, orgId, projectId } of gone) {
          const target = { targetType: 'client', targetId: id, changedFields: [] };
          await audit.record(tx, { actor, action: 'client.purged', ...target, orgId, projectId });
        }
        return gone;
      });
      for (const { clientId } of purged) deadArtifacts.remove(clientId);
      total += purged.length;
    } while (purged.length === PURGE_PIECE);
    return total;
  }
}
