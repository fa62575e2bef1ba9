import type { AdminReach } from '../../tenancy/access/delegation.js';
import type { Actor } from '../../tenancy/audit/audit.service.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';
import type { Hashing } from '../../platform/crypto/hashing.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, type ValidationError } from '../../platform/errors/errors.js';
import { changedFields } from '../../platform/wire/changed-fields.js';
import { lacksSecret, usesSecret } from '../client-record/client-record.js';
import { importedDigestOf, type SecretInUse, type SecretToStore } from '../client-secrets/client-secret.js';
import type { ClientSecretsService } from '../client-secrets/client-secrets.service.js';
import type { SectorDocumentsService } from '../client-subjects/sector-documents.service.js';
import type { ClientsService } from '../clients/clients.service.js';
import { type ImportFile, type ImportSystem, readImportFile } from '../import-formats/import-file.js';
import { failuresOf, type ImportedClient, type ImportReport } from './import-report.js';
import { below, conflict, errorsIn, obstacleTo, translated } from './import-rules.js';
import type { ImportRepository, PresentClient, PresentSecret } from './import.repository.js';

/** What `ImportService` needs. */
export interface ImportDependencies {
  database: Database;
  repository: ImportRepository;
  clients: ClientsService;
  secrets: ClientSecretsService;
  hashing: Hashing;
  sectorDocuments: Pick<SectorDocumentsService, 'checkNew'>;
}

/** What the caller may import, on top of `clients.write`; each throws AppError `forbidden`. */
export interface ImportAuthorization {
  newClient: (scopes: readonly unknown[]) => Promise<AdminReach>;
  change: (id: string, scopes: readonly unknown[]) => Promise<void>;
  /** For changed scopes of a client, in all of that tenant. */
  delegation: (scopes: readonly string[], reach: AdminReach) => Promise<void>;
  firstParty: () => Promise<void>;
}

/** How a file is imported. */
export interface ImportOptions {
  /** By default the one that its first record looks like. */
  system?: ImportSystem | undefined;
  /** Nothing is written; the report tells what would be. */
  dryRun: boolean;
  /** What can be imported is, although other records fail. */
  partial: boolean;
  /** Clients that are here and differ are changed to what the file says; otherwise they are conflicts. */
  update: boolean;
  /** The most clients of one file; by default any number. */
  maxClients?: number;
}

/** What of a record can be done before the transaction: who may do it, and what is stored of its secrets. */
interface Prepared {
  record: ImportFile['records'][number];
  clientId: string | undefined;
  present: PresentClient | undefined;
  adminReach: AdminReach;
  /** Those that the client does not have yet, oldest first. */
  secrets: SecretToStore[];
  refusal?: ImportedClient['errors'];
}

/** Ends a transaction of which nothing is to stay. */
class Rollback extends Error {}

/** Brings clients of other systems here, with their client_ids and secrets. */
export class ImportService {
  constructor(private readonly deps: ImportDependencies) {}

  /**
   * Imports the content of a file in one transaction: all of it or, when a record fails, nothing, unless it may be
   * partial. Repeating an import changes nothing. Throws AppError `invalid` for content that cannot be read at all.
   */
  async import(
    actor: Actor,
    tenant: ProjectTenant,
    content: unknown,
    options: ImportOptions,
    authorization: ImportAuthorization,
  ): Promise<ImportReport> {
    const { system, records } = readImportFile(content, options.system);
    const { maxClients = Infinity } = options;
    if (records.length > maxClients) {
      const detail = `Send at most ${String(maxClients)} clients at once, or use the command line.`;
      throw new AppError('invalid', 'These are too many clients.', { errors: [{ pointer: '', detail }] });
    }
    const ids = records.map(({ input }) => input['client_id']);
    const present = await this.deps.repository.present(ids.filter((id) => typeof id === 'string'));
    const prepared: Prepared[] = [];
    for (const record of records)
      prepared.push(await this.#prepare(record, tenant, present, options, authorization));
    const report: ImportReport = { system, written: false, clients: [] };
    try {
      await this.deps.database.transaction(async (tx) => {
        for (const item of prepared)
          report.clients.push(await this.#import(tx, actor, tenant, item, options, authorization));
        if (options.dryRun || (failuresOf(report).length > 0 && !options.partial)) throw new Rollback();
      });
      report.written = true;
    } catch (thrown) {
      if (!(thrown instanceof Rollback)) throw thrown;
    }
    return report;
  }

  async #prepare(
    record: Prepared['record'],
    tenant: ProjectTenant,
    present: ReadonlyMap<string, PresentClient>,
    options: ImportOptions,
    authorization: ImportAuthorization,
  ): Promise<Prepared> {
    const { input, errors, skipped } = record;
    const given = input['client_id'];
    const clientId = typeof given === 'string' ? given : undefined;
    const found = clientId === undefined ? undefined : present.get(clientId);
    const prepared = { record, clientId, present: found, adminReach: 'project' as const, secrets: [] };
    if (skipped !== undefined || errors.length > 0) return prepared;
    if (clientId === undefined) {
      const detail = 'A client that is brought along has a client_id.';
      return { ...prepared, refusal: [{ pointer: '/client_id', detail }] };
    }
    const mine = found?.projectId === tenant.projectId ? found : undefined;
    const scopes = Array.isArray(input['scopes']) ? input['scopes'] : [];
    const refusal: ValidationError[] = [];
    let adminReach: AdminReach = 'project';
    try {
      if (mine) await authorization.change(mine.id, scopes);
      else {
        adminReach = await authorization.newClient(scopes);
        await this.deps.sectorDocuments.checkNew(input);
      }
    } catch (thrown) {
      refusal.push(...errorsIn(thrown));
    }
    if (refusal.length > 0) return { ...prepared, refusal };
    return { ...prepared, adminReach, secrets: await this.#newSecrets(record.secrets, mine, options.dryRun) };
  }

  /** What is stored of the secrets that the client does not have. A trial has no use for the hashes, which take time. */
  async #newSecrets(
    secrets: readonly SecretInUse[],
    present: PresentClient | undefined,
    dryRun: boolean,
  ): Promise<SecretToStore[]> {
    const missing: SecretToStore[] = [];
    for (const secret of secrets) {
      if (present && (await this.#isAmong(secret, present.secrets))) continue;
      missing.push(dryRun ? { hash: '', hint: '' } : await this.deps.secrets.keep(secret));
    }
    return missing;
  }

  async #isAmong(secret: SecretInUse, stored: readonly PresentSecret[]): Promise<boolean> {
    if ('hash' in secret) {
      const digest = importedDigestOf(secret.hash).toString('base64');
      return stored.some(({ hash, importedDigest }) => hash === secret.hash || importedDigest === digest);
    }
    for (const { hash } of stored)
      if (await this.deps.hashing.verifyClientSecret(secret.value, hash)) return true;
    return false;
  }

  /** Imports one record, or nothing of it. */
  async #import(
    tx: Transaction,
    actor: Actor,
    tenant: ProjectTenant,
    item: Prepared,
    options: ImportOptions,
    authorization: ImportAuthorization,
  ): Promise<ImportedClient> {
    const { record, clientId, present, refusal } = item;
    const { pointer, leftOut, errors, skipped } = record;
    const result: ImportedClient = {
      pointer,
      clientId: clientId ?? null,
      outcome: 'skipped',
      changedFields: [],
      needsSecret: false,
      leftOut: below(pointer, leftOut),
      errors: [],
    };
    if (skipped !== undefined) return { ...result, leftOut: [{ pointer, detail: skipped }] };
    const wrong = [...below(pointer, errors), ...translated(record, refusal ?? [])];
    if (wrong.length > 0) return { ...result, outcome: 'invalid', errors: wrong };
    try {
      return await tx.transaction(async (savepoint) => {
        const done = present
          ? await this.#merge(savepoint, actor, tenant, item, present, options, authorization)
          : await this.#create(savepoint, actor, tenant, item, authorization);
        return { ...result, ...done };
      });
    } catch (thrown) {
      const outcome = thrown instanceof AppError && thrown.kind === 'conflict' ? 'conflict' : 'invalid';
      return { ...result, outcome, errors: translated(record, errorsIn(thrown)) };
    }
  }

  async #create(
    tx: Transaction,
    actor: Actor,
    tenant: ProjectTenant,
    { record, adminReach, secrets }: Prepared,
    { firstParty: authorizeFirstParty }: ImportAuthorization,
  ): Promise<Partial<ImportedClient>> {
    const made = await this.deps.clients.create(actor, tenant, record.input, {
      adminReach,
      authorizeFirstParty,
      anyClientId: true,
      secretsInUse: secrets,
      tx,
    });
    return { outcome: 'created', needsSecret: lacksSecret(made.record) };
  }

  /** Applies the record to the client that is here. Throws AppError `conflict` when they may not be made one. */
  async #merge(
    tx: Transaction,
    actor: Actor,
    tenant: ProjectTenant,
    { record, secrets }: Prepared,
    present: PresentClient,
    { update }: ImportOptions,
    { delegation: authorizeDelegation, firstParty: authorizeFirstParty }: ImportAuthorization,
  ): Promise<Partial<ImportedClient>> {
    const { clients } = this.deps;
    const obstacle = obstacleTo(record.input, present, tenant);
    if (obstacle !== undefined) throw conflict('/client_id', obstacle);
    const { client_id: _id, client_type: _type, ...patch } = record.input;
    const before = await clients.get(tenant, present.id);
    let after = await clients.update(actor, tenant, present.id, patch, {
      tx,
      authorizeDelegation,
      authorizeFirstParty,
    });
    const missing = usesSecret(after.tokenEndpointAuthMethod) ? secrets : [];
    for (const secret of missing)
      after = await this.deps.secrets.addInUse(tx, actor, tenant, present.id, secret);
    const { version: _version, updatedAt: _time, secrets: _secrets, ...now } = after;
    const changed = [...changedFields(before, now), ...(missing.length > 0 ? ['secrets'] : [])];
    if (changed.length > 0 && !update) {
      throw conflict(
        '/client_id',
        `The client is here already and differs in ${changed.join(', ')}: change it here, or import with the option to update.`,
      );
    }
    const outcome = changed.length > 0 ? 'updated' : 'unchanged';
    return { outcome, changedFields: changed, needsSecret: lacksSecret(after) };
  }
}
