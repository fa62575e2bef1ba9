import type { Actor, AuditAction, AuditService } from '../../tenancy/audit/audit.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, found, notFound } from '../../platform/errors/errors.js';
import type { Hashing, StoredSecret } from '../../platform/crypto/hashing.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';
import { type ClientRecord, type ClientSettings, usesSecret } from '../client-record/client-record.js';
import {
  hintOf,
  IMPORTED_HINT,
  importedDigestOf,
  newClientSecret,
  type SecretInUse,
  type SecretToStore,
} from './client-secret.js';
import type { ClientSecretsRepository } from './client-secrets.repository.js';
import { storedPasswordHash } from '../../platform/crypto/imported-hash.js';
import { checkVersion, type IfMatch } from '../../platform/wire/record-version.js';

const MAX_SECRETS = 2;

/** A secret in plain text, to be shown once, and what is stored of it. */
export interface NewSecret {
  value: string;
  stored: SecretToStore;
}

/** The rows of clients that secrets belong to. */
export interface SecretOwners {
  /** The live client; no other transaction changes it or its secrets before this one ends. */
  lock(tx: Transaction, projectId: string, id: string): Promise<ClientRecord | undefined>;
  find(projectId: string, id: string, tx: Transaction): Promise<ClientRecord | undefined>;
  /** Invalidates what was issued to the client so far. */
  endIssued(tx: Transaction, id: string): Promise<void>;
  /** Counts the client's version up, with or without changes of its settings. */
  update(tx: Transaction, id: string, changes: Partial<ClientSettings>): Promise<void>;
}

/** What `ClientSecretsService` needs. */
export interface ClientSecretsDependencies {
  database: Database;
  clients: SecretOwners;
  secrets: ClientSecretsRepository;
  hashing: Hashing;
  audit: AuditService;
}

/** The secrets of clients: at most two, so that a deployment can change from one to the next without a gap. */
export class ClientSecretsService {
  constructor(private readonly deps: ClientSecretsDependencies) {}

  /** A secret that no client has yet. Runs bcrypt, so call it outside of transactions. */
  async make(): Promise<NewSecret> {
    const value = newClientSecret();
    const hash = await this.deps.hashing.hashClientSecret(value, 'random');
    return { value, stored: { hash, hint: hintOf(value) } };
  }

  /** Gives the client its first secret. Call it with the client's row locked. */
  attach(tx: Transaction, clientRowId: string, { stored }: Pick<NewSecret, 'stored'>): Promise<void> {
    return this.deps.secrets.insert(tx, clientRowId, stored);
  }

  /**
   * Replaces a hash that was brought from another system, or has another cost than a new one has, once its secret is known.
   * Without effect for other hashes, and when so many secrets are being checked that this has to wait for the next time.
   * Returns the hash that it made, or the one that was there.
   */
  async renewHash(secret: StoredSecret, presented: string): Promise<string> {
    const { database, hashing, secrets } = this.deps;
    if (!hashing.replacesSecret(secret, presented)) return secret.hash;
    try {
      const hash = await hashing.hashClientSecret(presented, secret.origin);
      return (await secrets.replaceHash(database.sql, secret.id, secret.hash, hash)) ? hash : secret.hash;
    } catch (error) {
      if (!(error instanceof AppError && error.kind === 'unavailable')) throw error;
      return secret.hash;
    }
  }

  /** What is stored of a secret that came from another system, in plain text or as its hash. Runs bcrypt for plain text. */
  async keep(secret: SecretInUse): Promise<SecretToStore> {
    const { hashing } = this.deps;
    if ('value' in secret)
      return { hash: await hashing.hashClientSecret(secret.value, 'imported'), hint: IMPORTED_HINT };
    const hash = storedPasswordHash(secret.hash);
    return { hash, hint: IMPORTED_HINT, importedDigest: importedDigestOf(secret.hash) };
  }

  /**
   * Adds a secret that came from another system. The transaction must be the caller's own. Throws AppError `conflict` when
   * the client has two.
   */
  addInUse(
    tx: Transaction,
    actor: Actor,
    tenant: ProjectTenant,
    id: string,
    secret: SecretToStore,
  ): Promise<ClientRecord> {
    return this.#change(
      actor,
      tenant,
      id,
      undefined,
      'client.secret_rotated',
      (_, client) => this.#add(tx, client, secret),
      tx,
    );
  }

  /** Deletes the secrets of a client whose auth method uses none any more. Call it with the client's row locked. */
  async deleteAll(tx: Transaction, { secrets }: Pick<ClientRecord, 'secrets'>): Promise<void> {
    for (const { id } of secrets) await this.deps.secrets.delete(tx, id);
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
        checkUsesSecret(client);
        await this.#add(tx, client, secret.stored);
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

  async #add(tx: Transaction, client: ClientRecord, secret: SecretToStore): Promise<void> {
    if (client.secrets.length >= MAX_SECRETS) {
      const detail = 'The client has two secrets; delete the rotated one before making another.';
      throw new AppError('conflict', detail);
    }
    await this.deps.secrets.insert(tx, client.id, secret);
  }

  /**
   * Replaces every secret of the client by this one, and ends what was issued to the client, so that who had a secret until
   * now has nothing. Throws AppError `conflict` when the auth method of the client uses no secret.
   */
  async replaceAll(
    tx: Transaction,
    actor: Actor,
    tenant: ProjectTenant,
    id: string,
    secret: NewSecret,
  ): Promise<void> {
    const { clients, secrets } = this.deps;
    const client = await this.lock(tx, tenant, id);
    checkUsesSecret(client);
    await this.deleteAll(tx, client);
    await secrets.insert(tx, id, secret.stored);
    await clients.endIssued(tx, id);
    await clients.update(tx, id, {});
    await this.#audit(tx, actor, 'client.secret_rotated', tenant, id);
  }

  /** The live client, locked. Throws AppError `not_found`. */
  async lock(tx: Transaction, { projectId }: ProjectTenant, id: string): Promise<ClientRecord> {
    return found(await this.deps.clients.lock(tx, projectId, id), 'client');
  }

  async #change(
    actor: Actor,
    tenant: ProjectTenant,
    id: string,
    ifMatch: IfMatch | undefined,
    action: AuditAction,
    work: (tx: Transaction, client: ClientRecord) => Promise<void>,
    within?: Transaction,
  ): Promise<ClientRecord> {
    const { clients, database } = this.deps;
    const change = async (tx: Transaction): Promise<ClientRecord> => {
      const client = await this.lock(tx, tenant, id);
      checkVersion(client, ifMatch);
      await work(tx, client);
      await clients.update(tx, id, {});
      await this.#audit(tx, actor, action, tenant, id);
      return found(await clients.find(tenant.projectId, id, tx), 'client');
    };
    return within ? change(within) : database.transaction(change);
  }

  #audit(
    tx: Transaction,
    actor: Actor,
    action: AuditAction,
    tenant: ProjectTenant,
    id: string,
  ): Promise<void> {
    const target = { targetId: id, ...tenant };
    return this.deps.audit.record(tx, { actor, action, ...target, changedFields: ['secrets'] });
  }
}

function checkUsesSecret({ tokenEndpointAuthMethod: method }: ClientRecord): void {
  if (usesSecret(method)) return;
  throw new AppError(
    'conflict',
    `A client whose token_endpoint_auth_method is ${String(method)} has no secret.`,
  );
}
