import type { ClientsService } from '../clients/clients.service.js';
import type { UnusedClientsRepository } from './unused-clients.repository.js';
import type { UsageService } from './usage.service.js';

/** The actor of the periodic jobs in the audit trail. The subject is part of the admin API. */
export const PERIODIC_JOBS_ACTOR = { subject: 'upkeep', address: null, requestId: null };

const BATCH = 50;

/** What `UnusedClientsService` needs. */
export interface UnusedClientsDependencies {
  repository: UnusedClientsRepository;
  clients: Pick<ClientsService, 'delete'>;
  usage: Pick<UsageService, 'flush'>;
  /** 0 turns the rule off. */
  days: number;
}

/**
 * The retention rule for dynamically registered clients, of which many are registered once and never used. Clients that
 * an operator registered are never touched.
 */
export class UnusedClientsService {
  constructor(private readonly deps: UnusedClientsDependencies) {}

  /** Marks every dynamic client that was not used for so many days as deleted, in batches; returns how many. */
  async deleteUnused(): Promise<number> {
    const { days, usage } = this.deps;
    if (days === 0) return 0;
    await usage.flush();
    let deleted = 0;
    for (let batch = BATCH; batch === BATCH; deleted += batch) batch = await this.#deleteBatch();
    return deleted;
  }

  #deleteBatch(): Promise<number> {
    const { clients, days, repository } = this.deps;
    return repository.transaction(async (tx) => {
      const unused = await repository.lock(tx, days, BATCH);
      for (const { id, ...tenant } of unused) await clients.delete(PERIODIC_JOBS_ACTOR, tenant, id, { tx });
      return unused.length;
    });
  }
}
