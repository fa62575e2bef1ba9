import { foreignCursor } from '../../platform/paging/cursor.js';
import { type Page, pageOf, readPage } from '../../platform/paging/page.js';
import { isUuid } from '../../platform/wire/uuid.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';
import type { ClientsService } from '../clients/clients.service.js';
import type { CatalogueService } from '../scopes/catalogue.service.js';
import type { ClientOfScope, ClientUseRepository, PersonOfClient } from './client-use.repository.js';

/** Which clients have a scope, and which people allowed a client something. */
export class ClientUseService {
  constructor(
    private readonly repository: ClientUseRepository,
    private readonly catalogue: Pick<CatalogueService, 'get'>,
    private readonly clients: Pick<ClientsService, 'get'>,
  ) {}

  /**
   * Live and deleted clients of the whole installation, newest first. Throws AppError `not_found`, and as `readPage` does.
   */
  async clientsWithScope(scope: string, limit: number, cursor?: string): Promise<Page<ClientOfScope>> {
    await this.catalogue.get(scope);
    return readPage(limit, cursor, (slice) => this.repository.clientsWithScope(scope, slice));
  }

  /** How many live clients have responses signed with each algorithm that is not among these. */
  clientsOfOtherAlgorithms(algorithms: readonly string[]): Promise<{ alg: string; clients: number }[]> {
    return this.repository.clientsOfOtherAlgorithms(algorithms);
  }

  /** In the order of the accounts' ids. Throws AppError `not_found`, and `malformed` for a cursor that no list returned. */
  async peopleOf(
    tenant: ProjectTenant,
    id: string,
    limit: number,
    cursor?: string,
  ): Promise<Page<PersonOfClient>> {
    const { clientId } = await this.clients.get(tenant, id);
    if (cursor !== undefined && !isUuid(cursor)) throw foreignCursor();
    const people = await this.repository.peopleOf(clientId, cursor ?? '', limit + 1);
    return pageOf(people, limit, ({ accountId }) => accountId);
  }
}
