import type { Delegation } from '../../tenancy/access/delegation.js';
import { isClientId } from '../../tenancy/access/subjects.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';
import type { LiveClient } from './live-client.js';
import { OWN_CLIENT_ID, ownClient } from './own-client.js';
import type { LiveClientsRepository } from './live-clients.repository.js';

/**
 * Clients by client_id, as protocol requests need them; deleted ones are not found. The database is asked each time, so
 * that a change is in force on every node with the next request.
 */
export class LiveClientsService {
  readonly #own: LiveClient;

  constructor(
    private readonly repository: LiveClientsRepository,
    issuer: string,
  ) {
    this.#own = ownClient(issuer);
  }

  /**
   * The client with the hashes of its secrets, newest first; the same object until the client changes. The built-in client
   * is found too.
   */
  async find(clientId: string): Promise<LiveClient | undefined> {
    return clientId === OWN_CLIENT_ID ? this.#own : this.#registered(clientId);
  }

  /** The organization and project that a client belongs to; undefined when there is no such client. */
  async ownerOf(clientId: string): Promise<ProjectTenant | undefined> {
    const record = (await this.#registered(clientId))?.record;
    return record && { orgId: record.orgId, projectId: record.projectId };
  }

  /**
   * The scopes that the client may ask for now, and where tokens of people that it has may act in the admin API;
   * undefined when there is no such client, or when a token issued to it at `issuedAt` (seconds since the epoch) is
   * invalid because the client was restored or lost a scope in that second or later.
   */
  async delegationOf(
    clientId: string,
    issuedAt: number,
  ): Promise<(Delegation & { scopes: readonly string[] }) | undefined> {
    return isClientId(clientId) ? this.repository.delegation(clientId, issuedAt) : undefined;
  }

  async #registered(clientId: string): Promise<LiveClient | undefined> {
    return isClientId(clientId) ? this.repository.find(clientId) : undefined;
  }
}
