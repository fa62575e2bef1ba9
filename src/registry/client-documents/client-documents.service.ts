import QuickLRU from 'quick-lru';
import type { AttemptsService } from '../../identity/attempts/attempts.service.js';
import type { RateLimits } from '../../identity/attempts/limits.js';
import type { Database } from '../../platform/db/database.js';
import { AppError } from '../../platform/errors/errors.js';
import { DocumentUnavailable } from '../../platform/outgoing/fetch-json.js';
import type { Logger } from '../../platform/telemetry/telemetry.js';
import type { Settings } from '../../settings/settings.js';
import type { Actor, AuditService } from '../../tenancy/audit/audit.service.js';
import type { TenantsService } from '../../tenancy/tenants/tenants.service.js';
import type { ClientsService } from '../clients/clients.service.js';
import type { InvalidatedArtifactsCleanup } from '../clients/invalidated-artifacts-cleanup.js';
import type { RegistrationChannel } from '../clients/registration-channel.js';
import type { LiveClient } from '../live-clients/live-client.js';
import type { LiveClientsService } from '../live-clients/live-clients.service.js';
import type { RegistrationMetadataService } from '../registration/registration-metadata.service.js';
import type { ClientDocumentsRepository } from './client-documents.repository.js';
import { documentUrlError, isDocumentUrl } from './document-url.js';
import { fetchDocument } from './fetch-document.js';

/** What `ClientDocumentsService` needs. */
export interface ClientDocumentsDependencies {
  settings: Pick<Settings, 'clientDocuments' | 'registration' | 'dynamicClientRetentionDays'>;
  database: Database;
  repository: ClientDocumentsRepository;
  clients: ClientsService;
  liveClients: LiveClientsService;
  metadata: RegistrationMetadataService;
  tenants: TenantsService;
  attempts: AttemptsService;
  rateLimits: Pick<RateLimits, 'clientDocument'>;
  audit: AuditService;
  invalidatedArtifacts: InvalidatedArtifactsCleanup;
  log: Logger;
  /** Whether documents may be on this computer or its networks, as in development. */
  allowPrivate: boolean;
}

/** What a request wants of a client: it begins an authorization, authenticates, or only reads what is known. */
export type ClientUse = 'authorization' | 'authentication' | 'other';

/** The actor of the audit trail when a document changes a client. */
const DOCUMENT_ACTOR: Actor = { subject: 'client-id-document', address: null, requestId: null };
const FAILURE_KEPT_MS = 30_000;
/** How long a client goes on whose document's server cannot be reached. */
const MAX_STALE_MS = 24 * 60 * 60_000;
const MAX_FETCHES = 16;
const REMEMBERED = 2_000;
const BATCH = 50;

/**
 * Clients whose client_id is the URL of a document about them (draft-ietf-oauth-client-id-metadata-document). They are
 * clients of the registry like all others; a document that has changed changes the client.
 */
export class ClientDocumentsService {
  readonly #expiries = new QuickLRU<string, number>({ maxSize: REMEMBERED });
  readonly #failures = new QuickLRU<string, AppError>({ maxSize: REMEMBERED, maxAge: FAILURE_KEPT_MS });
  readonly #refreshing = new Map<string, Promise<void>>();

  constructor(private readonly deps: ClientDocumentsDependencies) {}

  /**
   * The live client, as its document says it now if it has one: the document is fetched when an authorization begins
   * with a new client, and when the copy here has expired. Throws AppError `invalid`, with a message for the client's
   * developers, for a document that cannot be used; `slow_down` beyond the network's limit of fetches; and `unavailable`.
   */
  find(clientId: string, use: ClientUse, address: string): Promise<LiveClient | undefined> {
    if (use === 'other' || !isDocumentUrl(clientId)) return this.deps.liveClients.find(clientId);
    return this.#findByDocument(clientId, use, address);
  }

  async #findByDocument(clientId: string, use: ClientUse, address: string): Promise<LiveClient | undefined> {
    const { liveClients, settings } = this.deps;
    const known = await liveClients.find(clientId);
    if (known && known.record.registrationType !== 'document') return known;
    if (!settings.clientDocuments.enabled || (!known && use === 'authentication')) return undefined;
    this.#checkUrl(clientId);
    if (known && (await this.#isFresh(clientId))) return known;
    await this.#refreshed(clientId, known, address);
    return liveClients.find(clientId);
  }

  /** Removes the clients of documents that are not used any more, in batches; returns how many. */
  async removeUnused(actor: Actor): Promise<number> {
    const { audit, database, invalidatedArtifacts, repository, settings } = this.deps;
    const days = settings.dynamicClientRetentionDays;
    let total = 0;
    for (let batch = days === 0 ? 0 : BATCH; batch === BATCH; total += batch) {
      const removed = await database.transaction(async (tx) => {
        const rows = await repository.removeUnused(tx, days, BATCH);
        for (const { id, orgId, projectId } of rows) {
          const target = { targetId: id, changedFields: [] };
          await audit.record(tx, { actor, action: 'client.purged', ...target, orgId, projectId });
        }
        return rows;
      });
      for (const { clientId } of removed) invalidatedArtifacts.start(clientId);
      batch = removed.length;
    }
    return total;
  }

  #checkUrl(clientId: string): void {
    const { allowPrivate, settings } = this.deps;
    const error = documentUrlError(clientId, settings.clientDocuments.hosts, allowPrivate);
    if (error !== undefined)
      throw refused(`the client_id ${clientId} cannot be the URL of a document: ${error}`);
  }

  async #isFresh(clientId: string): Promise<boolean> {
    return (await this.#expiry(clientId)) > Date.now();
  }

  /** Milliseconds since the epoch; another node may have fetched the document since this one did. */
  async #expiry(clientId: string): Promise<number> {
    const remembered = this.#expiries.get(clientId) ?? 0;
    if (remembered > Date.now()) return remembered;
    const stored = (await this.deps.repository.expiry(clientId))?.getTime() ?? 0;
    this.#expiries.set(clientId, stored);
    return stored;
  }

  /** Requests at the same time share one fetch, and one that failed is not repeated for 30 seconds. */
  async #refreshed(clientId: string, known: LiveClient | undefined, address: string): Promise<void> {
    try {
      const failure = this.#failures.get(clientId);
      if (failure) throw failure;
      let refresh = this.#refreshing.get(clientId);
      if (!refresh) {
        refresh = this.#refresh(clientId, known, address).finally(() => this.#refreshing.delete(clientId));
        this.#refreshing.set(clientId, refresh);
      }
      await refresh;
    } catch (error) {
      if (!known || !isPassing(error) || (await this.#expiry(clientId)) < Date.now() - MAX_STALE_MS)
        throw error;
    }
  }

  async #refresh(clientId: string, known: LiveClient | undefined, address: string): Promise<void> {
    const { allowPrivate, attempts, log, rateLimits } = this.deps;
    if (this.#refreshing.size >= MAX_FETCHES)
      throw new AppError('unavailable', 'too many documents are being fetched', { retryAfter: 5 });
    await attempts.reserve([rateLimits.clientDocument(address)]);
    try {
      const { metadata, lifetime } = await fetchDocument(clientId, allowPrivate);
      await this.#store(clientId, known, metadata, lifetime);
      this.#expiries.set(clientId, Date.now() + lifetime * 1000);
    } catch (thrown) {
      const failure = failureOf(clientId, thrown);
      this.#failures.set(clientId, failure);
      log.warn({ clientId, reason: failure.message }, 'the document of a client cannot be used');
      throw failure;
    }
  }

  /** Creates the client, or changes it to what the document says. */
  async #store(
    clientId: string,
    known: LiveClient | undefined,
    metadata: Record<string, unknown>,
    lifetime: number,
  ): Promise<void> {
    const { clients, repository, settings, tenants } = this.deps;
    const { input, channel: rules } = await this.deps.metadata.readDocument(metadata, clientId, known);
    const channel: RegistrationChannel = {
      ...rules,
      typeFollowsMethod: true,
      inTransaction: (tx, { id }) => repository.noteFetch(tx, id, lifetime),
    };
    if (known) {
      const { id, orgId, projectId } = known.record;
      await clients.update(DOCUMENT_ACTOR, { orgId, projectId }, id, input, { channel });
      return;
    }
    const tenant = await tenants.resolve(...settings.registration.project);
    try {
      const named = { ...input, client_id: clientId };
      await clients.create(DOCUMENT_ACTOR, tenant, named, { channel, anyClientId: true, secretsInUse: [] });
    } catch (error) {
      // Another node was first; or the client was deleted, and stays so.
      const taken = error instanceof AppError && error.kind === 'conflict';
      if (!taken || !(await this.deps.liveClients.find(clientId))) throw error;
    }
  }
}

function refused(message: string, cause?: unknown): AppError {
  return new AppError('invalid', message, cause === undefined ? {} : { cause });
}

/** Whether another attempt may succeed although the document does not change. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof AppError)) return false;
  const { cause, kind } = error;
  if (kind === 'slow_down' || kind === 'unavailable') return true;
  return cause instanceof DocumentUnavailable && cause.passing;
}

/** Throws what is no fault of the document. */
function failureOf(clientId: string, thrown: unknown): AppError {
  const about = `the document at ${clientId}`;
  if (thrown instanceof DocumentUnavailable)
    return refused(`${about} cannot be used: ${thrown.message}`, thrown);
  if (!(thrown instanceof AppError)) throw thrown;
  if (thrown.kind === 'conflict') return refused(`the client ${clientId} was deleted by an operator`);
  if (thrown.kind !== 'invalid') throw thrown;
  const errors = thrown.errors.map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`);
  return refused(`${about} cannot be used. ${errors.slice(0, 5).join(' ')}`);
}
