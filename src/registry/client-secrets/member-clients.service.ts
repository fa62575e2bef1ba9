import type { Transaction } from '../../platform/db/database.js';
import { AppError, found } from '../../platform/errors/errors.js';
import type { Actor } from '../../tenancy/audit/audit.service.js';
import type { MemberClients } from '../../tenancy/members/members.service.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';
import type { LiveClientsService } from '../live-clients/live-clients.service.js';
import type { ClientSecretsService } from './client-secrets.service.js';

/** How long ago every secret of a client that gets a role may have been made, in milliseconds: an hour. */
const MAX_SECRET_AGE = 3_600_000;

/**
 * The clients that get roles. Who once had a secret of a client could act with a role that it is given later, so the
 * client needs fresh secrets. The keys of a client that has no secret are in its record.
 */
export class MemberClientsService implements MemberClients {
  constructor(
    private readonly liveClients: LiveClientsService,
    private readonly secrets: ClientSecretsService,
  ) {}

  ownerOf(clientId: string): Promise<ProjectTenant | undefined> {
    return this.liveClients.ownerOf(clientId);
  }

  async prepareRole(
    actor: Actor,
    clientId: string,
    rotate: boolean,
  ): Promise<(tx: Transaction) => Promise<string | undefined>> {
    const { id, orgId, projectId } = found((await this.liveClients.find(clientId))?.record, 'client');
    const tenant = { orgId, projectId };
    const secret = rotate ? await this.secrets.make() : undefined;
    return async (tx) => {
      if (secret) {
        await this.secrets.replaceAll(tx, actor, tenant, id, secret);
        return secret.value;
      }
      const client = await this.secrets.lock(tx, tenant, id);
      const oldest = Date.now() - MAX_SECRET_AGE;
      if (client.secrets.some(({ createdAt }) => createdAt.getTime() < oldest)) throw old();
      return undefined;
    };
  }
}

function old(): AppError {
  return new AppError(
    'conflict',
    'The client has a secret of more than an hour ago, and anyone who knows it would get the role too: send "rotate_secret": true to replace its secrets by a new one.',
  );
}
