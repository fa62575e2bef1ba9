import type { Actor, AuditService } from '../../tenancy/audit/audit.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import type { Hashing } from '../../platform/crypto/hashing.js';
import { type ClientRecord, usesSecret } from '../client-record/client-record.js';
import { hintOf, newClientSecret } from './client-secret.js';
import type { ClientSecretsRepository } from './client-secrets.repository.js';
import { checkVersion, type IfMatch } from '../../platform/wire/record-version.js';
import type { ClientsRepository } from '../clients/clients.repository.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';

const MAX_SECRETS = 2;

/** A secret on its way to its owner, and what is stored of it. */
export interface NewSecret {
  value: string;
  stored: { hash: string; hint: string };
}

/** What the secrets of clients need. */
export interface ClientSecretsDependencies {
  database: Database;
  clients: ClientsRepository;
  secrets: ClientSecretsRepository;
  hashing: Hashing;
  audit: AuditService;
}

/** The secrets of clients: at most two, so that a deployment can change from one to the next without a gap. */
export class ClientSecretsService {
  constructor(private readonly deps: ClientSecretsDependencies) {}

  /** A secret that belongs to nobody yet. Takes a bcrypt run, so call it outside of transactions. */
  async make(): Promise<NewSecret> {
    const value = newClientSecret();
    return { value, stored: { hash: await this.deps.hashing.hashClientSecret(value), hint: hintOf(value) } };
  }

  /** Gives a new client its first secret. */
  attach(tx: Transaction, clientRowId: string, secret: NewSecret): Promise<void> {
    return this.deps.secrets.insert(tx, clientRowId, secret.stored);
  }

  /**
   * Adds a secret beside the present one, or the first one when the client has changed to a method that needs one. It is
   * returned this once. Throws AppError `conflict` when the client has two, or its auth method uses none.
   */
  async rotateSecret(
    actor: Actor,
    tenant: ProjectTenant,
    id: string,
    ifMatch?: IfMatch,
  ): Promise<{ record: ClientRecord; clientSecret: string }> {
    const secret = await this.make();
    const record = await this.#change(
      actor,
      tenant,
      id,
      ifMatch,
      'client.secret_rotated',
      async (tx, client) => {
        if (!usesSecret(client.tokenEndpointAuthMethod)) {
          const method = client.tokenEndpointAuthMethod;
          throw new AppError(
            'conflict',
            `A client whose token_endpoint_auth_method is ${method} has no secret.`,
          );
        }
        if (client.secrets.length >= MAX_SECRETS) {
          throw new AppError(
            'conflict',
            'The client has two secrets; delete the rotated one before making another.',
          );
        }
        await this.deps.secrets.insert(tx, client.id, secret.stored);
      },
    );
    return { record, clientSecret: secret.value };
  }

  /** Deletes the older of two secrets. Throws AppError `not_found` when there is no older one. */
  async deleteRotatedSecret(
    actor: Actor,
    tenant: ProjectTenant,
    id: string,
    ifMatch?: IfMatch,
  ): Promise<ClientRecord> {
    return this.#change(
      actor,
      tenant,
      id,
      ifMatch,
      'client.rotated_secret_deleted',
      async (tx, { secrets }) => {
        const rotated = secrets.slice(1);
        if (rotated.length === 0) throw notFound('rotated secret');
        for (const secret of rotated) await this.deps.secrets.delete(tx, secret.id);
      },
    );
  }

  async #change(
    actor: Actor,
    tenant: ProjectTenant,
    id: string,
    ifMatch: IfMatch | undefined,
    action: string,
    work: (tx: Transaction, client: ClientRecord) => Promise<void>,
  ): Promise<ClientRecord> {
    const { audit, clients, database } = this.deps;
    return database.transaction(async (tx) => {
      const client = await clients.lock(tx, tenant.projectId, id);
      if (!client) throw notFound('client');
      checkVersion(client, ifMatch);
      await work(tx, client);
      await clients.update(tx, id, {});
      await audit.record(tx, {
        actor,
        action,
        targetType: 'client',
        targetId: id,
        changedFields: ['secrets'],
        ...tenant,
      });
      return (await clients.find(tenant.projectId, id, tx)) ?? client;
    });
  }
}
