import type { ClientsService } from '../clients/clients.service.js';
import type { UnusedClientsRepository } from './unused-clients.repository.js';
import type { UsageService } from './usage.service.js';

/** Who the periodic jobs act as in the audit trail. */
export const UPKEEP = { subject: 'upkeep', address: null, requestId: null };

const PIECE = 50;

/** What the rule needs. */
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

  /** Deletes, softly and in pieces, every dynamic client that was not used for so many days; returns how many. */
  async sweep(): Promise<number> {
    const { days, usage } = this.deps;
    if (days === 0) return 0;
    await usage.flush();
    let deleted = 0;
    for (let piece = PIECE; piece === PIECE; deleted += piece) piece = await this.#sweepPiece();
    return deleted;
  }

  #sweepPiece(): Promise<number> {
    const { clients, days, repository } = this.deps;
    return repository.transaction(async (tx) => {
      const unused = await repository.lock(tx, days, PIECE);
      for (const { id, ...tenant } of unused) await clients.delete(UPKEEP, tenant, id, { tx });
      return unused.length;
    });
  }
}
