import type { Actor, AuditService } from '../../tenancy/audit/audit.service.js';
import type { Database } from '../../platform/db/database.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import type { ClientRecord } from '../client-record/client-record.js';
import { checkVersion, type IfMatch } from '../../platform/wire/record-version.js';
import type { ClientsRepository, PurgedClient } from './clients.repository.js';
import type { InvalidatedArtifactsCleanup } from './invalidated-artifacts-cleanup.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';

const BATCH = 100;

/** What `DeletedClientsService` needs. */
export interface DeletedClientsDependencies {
  database: Database;
  repository: ClientsRepository;
  invalidatedArtifacts: InvalidatedArtifactsCleanup;
  audit: AuditService;
  /** Days in which a deleted client can be restored. */
  restoreDays: number;
}

/** Restores and purges deleted clients. */
export class DeletedClientsService {
  constructor(private readonly deps: DeletedClientsDependencies) {}

  /**
   * Restores a deleted client with its settings and secrets. What was issued to it before stays invalid, also what a
   * concurrent request wrote while it was deleted. Throws AppError `not_found`, `stale` when `ifMatch` names
   * other versions, or `conflict` when the client is not deleted or was deleted too long ago.
   */
  async restore(actor: Actor, tenant: ProjectTenant, id: string, ifMatch?: IfMatch): Promise<ClientRecord> {
    const { audit, database, invalidatedArtifacts, repository, restoreDays } = this.deps;
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
      const target = { targetId: id, changedFields: ['deleted_at'] };
      await audit.record(tx, { actor, action: 'client.restored', ...target, ...tenant });
      return (await repository.find(tenant.projectId, id, tx)) ?? client;
    });
    invalidatedArtifacts.start(record.clientId);
    return record;
  }

  /** Deletes the rows of the clients that can no longer be restored, in batches; their client_ids are never used again. */
  async purge(actor: Actor): Promise<number> {
    const { audit, database, invalidatedArtifacts, repository, restoreDays } = this.deps;
    let total = 0;
    let purged: PurgedClient[];
    do {
      purged = await database.transaction(async (tx) => {
        const batch = await repository.purge(tx, restoreDays, BATCH);
        for (const { id, orgId, projectId } of batch) {
          const target = { targetId: id, changedFields: [] };
          await audit.record(tx, { actor, action: 'client.purged', ...target, orgId, projectId });
        }
        return batch;
      });
      for (const { clientId } of purged) invalidatedArtifacts.start(clientId);
      total += purged.length;
    } while (purged.length === BATCH);
    return total;
  }
}
