import { randomUUID } from 'node:crypto';
import type { Actor, AuditAction, AuditService } from '../../tenancy/audit/audit.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, found, invalid } from '../../platform/errors/errors.js';
import type { PublisherService } from '../publisher/publisher.service.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';
import type { TenantsService } from '../../tenancy/tenants/tenants.service.js';
import { changedFields } from '../../platform/wire/changed-fields.js';
import { type ClientDraft, readNewClient, readPatch } from '../client-record/client-input.js';
import { type ClientRecord, usesSecret } from '../client-record/client-record.js';
import type { Capabilities } from '../client-rules/client-rules.js';
import { endsGrants } from '../client-rules/ended-grants.js';
import { concernsSector, type SectorDocumentsService } from '../client-subjects/sector-documents.service.js';
import type { ClientSecretsService } from '../client-secrets/client-secrets.service.js';
import { checkVersion, type IfMatch } from '../../platform/wire/record-version.js';
import { type CreateOptions, OPERATOR_CHANNEL, type UpdateOptions } from './registration-channel.js';
import type { ClientFilter } from '../client-filters/client-filter.js';
import type { ClientsRepository } from './clients.repository.js';
import type { InvalidatedArtifactsCleanup } from './invalidated-artifacts-cleanup.js';
import type { LiveClientsService } from '../live-clients/live-clients.service.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import { concernsFirstParty, firstPartyErrors } from './first-party-rules.js';
import { type Catalogue, catalogueErrors, publicScopeErrors } from './scope-rules.js';

/** What `ClientsService` needs. */
export interface ClientsDependencies extends Catalogue {
  database: Database;
  repository: ClientsRepository;
  liveClients: LiveClientsService;
  secrets: ClientSecretsService;
  publisher: PublisherService;
  tenants: TenantsService;
  audit: AuditService;
  invalidatedArtifacts: InvalidatedArtifactsCleanup;
  sectorDocuments: SectorDocumentsService;
  capabilities: Capabilities;
}

type Change = [action: AuditAction, changedFields: string[]];

const VERIFICATION_STARTED: Change = ['client.publisher_verification_started', ['client_uri_verification']];
const PROMOTED: Change = ['client.promoted', ['visibility', 'promoted_at']];

/**
 * The client registry. Input is the wire form of the record, every change and its audit event are one transaction, and
 * AppErrors are `invalid` with all errors, `not_found` also for another project's client, `stale` when `ifMatch` names
 * other versions. Only live clients can be changed.
 */
export class ClientsService {
  constructor(private readonly deps: ClientsDependencies) {}

  /** Newest first; clients that are registered meanwhile never shift a page. Throws as `readPage` does. */
  list(
    tenant: ProjectTenant,
    filter: ClientFilter,
    limit: number,
    cursor?: string,
  ): Promise<Page<ClientRecord>> {
    return readPage(limit, cursor, (slice) => this.deps.repository.list(tenant.projectId, filter, slice));
  }

  /** Live, or deleted and not purged yet. */
  async get(tenant: ProjectTenant, id: string): Promise<ClientRecord> {
    return found(await this.deps.repository.find(tenant.projectId, id), 'client');
  }

  /**
   * `clientSecret` is returned only here; null where the auth method uses none. Throws AppError `conflict` for a
   * client_id that is or ever was in use.
   */
  async create(
    actor: Actor,
    tenant: ProjectTenant,
    input: Record<string, unknown>,
    {
      tx: within,
      channel = OPERATOR_CHANNEL,
      adminReach = 'project',
      authorizeFirstParty,
      anyClientId = false,
      secretsInUse,
      sectorDocuments: fetched = new Map(),
    }: CreateOptions = {},
  ): Promise<{ record: ClientRecord; clientSecret: string | null }> {
    const { repository, secrets, publisher, database, sectorDocuments, tenants } = this.deps;
    const draft = readNewClient(input, { ...this.deps.capabilities, anyClientIds: anyClientId });
    draft.errors.push(...channel.validate(draft));
    if (draft.settings.firstParty) await authorizeFirstParty?.();
    await this.#check(draft, undefined, within);
    await sectorDocuments.check(draft, undefined, fetched);
    const { settings, clientId = randomUUID() } = draft;
    const hasSecret = usesSecret(settings.tokenEndpointAuthMethod);
    const secret = hasSecret && !secretsInUse ? await secrets.make() : undefined;
    const work = async (tx: Transaction): Promise<ClientRecord> => {
      await tenants.lockForShare(tx, tenant);
      // Again, with the scopes locked: none can be retired or deleted before the client has it.
      await this.#check(draft, undefined, tx);
      const { registrationType } = channel;
      const createdBy = registrationType === 'manual' ? actor.subject : null;
      const origin = { clientId, projectId: tenant.projectId, createdBy, registrationType, adminReach };
      const id = await repository.insert(tx, { ...settings, ...origin });
      if (id === undefined) throw taken();
      for (const stored of (hasSecret && secretsInUse) || []) await secrets.attach(tx, id, { stored });
      if (secret) await secrets.attach(tx, id, secret);
      await publisher.applyClientUri(tx, id, null, settings.clientUri);
      await this.#audit(tx, actor, tenant, 'client.created', id, Object.keys(input));
      const record = found(await repository.find(tenant.projectId, id, tx), 'client');
      await channel.inTransaction(tx, record);
      return record;
    };
    const record = await (within ? work(within) : database.transaction(work));
    return { record, clientSecret: secret?.value ?? null };
  }

  /**
   * Applies a JSON merge patch (RFC 7396) to the settings; null resets one to its default. The whole is validated as if
   * it were new. A patch that changes nothing leaves the version as it is, unless it sends the client_uri of a failed
   * verification again, which restarts it. `visibility: public` promotes the client, which cannot be undone. A wider
   * `admin_reach` ends what people allowed for the narrower one. Changing to a secret-based auth method makes no secret:
   * rotate it to get one. Changing away from one deletes the secrets, for good. What becomes invalid is deleted afterwards,
   * or, with a transaction of the caller, when it expires.
   */
  async update(
    actor: Actor,
    tenant: ProjectTenant,
    id: string,
    patch: Record<string, unknown>,
    {
      ifMatch,
      channel = OPERATOR_CHANNEL,
      authorizeDelegation,
      authorizeFirstParty,
      tx: within,
      sectorDocuments: fetched = new Map(),
    }: UpdateOptions = {},
  ): Promise<ClientRecord> {
    const { invalidatedArtifacts, repository, publisher, database, secrets, sectorDocuments } = this.deps;
    // Before the client is locked.
    if (!within && concernsSector(patch))
      await sectorDocuments.checkPatch(await this.get(tenant, id), patch, fetched, channel.typeFollowsMethod);
    let grantsEnd = false;
    const work = async (tx: Transaction): Promise<ClientRecord> => {
      const before = await this.#lock(tx, tenant, id, ifMatch);
      const draft = readPatch(before, patch, this.deps.capabilities, channel.typeFollowsMethod);
      draft.errors.push(...channel.validate(draft, before));
      draft.errors.push(...firstPartyErrors(before, draft));
      if (concernsFirstParty(before, draft.settings)) await authorizeFirstParty?.();
      await this.#check(draft, before, tx);
      await sectorDocuments.check(draft, before, fetched);
      const { clientType, ...rest } = draft.settings;
      const settings = {
        ...rest,
        ...(channel.typeFollowsMethod ? { clientType } : {}),
        adminReach: draft.adminReach ?? before.adminReach,
      };
      const changed = changedFields(before, settings);
      if (changed.includes('scopes') || changed.includes('admin_reach'))
        await authorizeDelegation?.(settings.scopes, settings.adminReach);
      const endsSecrets = before.secrets.length > 0 && !usesSecret(settings.tokenEndpointAuthMethod);
      if (endsSecrets) changed.push('secrets');
      const promoted = draft.visibility !== before.visibility;
      const restarted =
        Object.hasOwn(patch, 'client_uri') &&
        (await publisher.applyClientUri(tx, id, before.clientUriVerification, settings.clientUri));
      const events: Change[] = [];
      if (changed.length > 0) events.push(['client.updated', changed]);
      if (restarted && !changed.includes('client_uri')) events.push(VERIFICATION_STARTED);
      if (promoted) events.push(PROMOTED);
      if (events.length > 0) await repository.update(tx, id, settings);
      if (promoted) await repository.promote(tx, id);
      if (endsSecrets) await secrets.deleteAll(tx, before);
      grantsEnd = endsGrants(before, settings);
      if (grantsEnd) await repository.endIssued(tx, id);
      for (const [action, fields] of events) await this.#audit(tx, actor, tenant, action, id, fields);
      const after =
        events.length > 0 ? found(await repository.find(tenant.projectId, id, tx), 'client') : before;
      await channel.inTransaction(tx, after);
      return after;
    };
    const record = await (within ? work(within) : database.transaction(work));
    if (grantsEnd && !within) invalidatedArtifacts.start(record.clientId);
    return record;
  }

  /**
   * Marks the client as deleted; it can be restored until it is purged, and its client_id stays taken. The same transaction
   * invalidates what was issued to the client, which is deleted afterwards, or, with a transaction of the caller, when it
   * expires. A session still names the grant that a person gave the client; it is invalid, so that the engine asks the
   * person for consent again.
   */
  async delete(
    actor: Actor,
    tenant: ProjectTenant,
    id: string,
    { ifMatch, tx: within, channel = OPERATOR_CHANNEL }: UpdateOptions = {},
  ): Promise<void> {
    const { invalidatedArtifacts, repository, database } = this.deps;
    const work = async (tx: Transaction): Promise<string> => {
      const record = await this.#lock(tx, tenant, id, ifMatch);
      await channel.inTransaction(tx, record);
      await repository.markDeleted(tx, id);
      await this.#audit(tx, actor, tenant, 'client.deleted', id, ['deleted_at']);
      return record.clientId;
    };
    if (within) await work(within);
    else invalidatedArtifacts.start(await database.transaction(work));
  }

  /** Changes the digest of the client's registration access token, if it is still `from`; false when it is not. */
  replaceRegistrationToken(
    tx: Transaction,
    id: string,
    from: Buffer | null,
    to: Buffer | null,
  ): Promise<boolean> {
    return this.deps.repository.replaceRegistrationToken(tx, id, from, to);
  }

  async #check(draft: ClientDraft, before: ClientRecord | undefined, tx?: Transaction): Promise<void> {
    const errors = [...draft.errors, ...(await catalogueErrors(this.deps, before, draft, tx))];
    if (before && tx) errors.push(...(await publicScopeErrors(this.deps.scopes, before, draft, tx)));
    if (errors.length > 0) throw invalid(errors);
  }

  async #lock(tx: Transaction, tenant: ProjectTenant, id: string, ifMatch?: IfMatch): Promise<ClientRecord> {
    const record = found(await this.deps.repository.lock(tx, tenant.projectId, id), 'client');
    checkVersion(record, ifMatch);
    return record;
  }

  #audit(
    tx: Transaction,
    actor: Actor,
    tenant: ProjectTenant,
    action: AuditAction,
    id: string,
    changed: string[],
  ): Promise<void> {
    const event = { actor, action, targetId: id, changedFields: changed, ...tenant };
    return this.deps.audit.record(tx, event);
  }
}

function taken(): AppError {
  const detail = 'Choose another: a client_id is never used twice, not even after its client was deleted.';
  return new AppError('conflict', 'The client_id is taken.', {
    errors: [{ pointer: '/client_id', detail }],
  });
}
