import type { Actor } from '../../tenancy/audit/audit.service.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError } from '../../platform/errors/errors.js';
import { changedFields } from '../../platform/wire/changed-fields.js';
import { lacksSecret, usesSecret } from '../client-record/client-record.js';
import type { ClientSecretsService } from '../client-secrets/client-secrets.service.js';
import type { ClientsService } from '../clients/clients.service.js';
import { type ImportSystem, readImportFile } from '../import-formats/import-file.js';
import type {
  ImportAuthorization,
  ImportPreparationService,
  Prepared,
} from './import-preparation.service.js';
import type { SectorDocuments } from '../client-subjects/sector-documents.service.js';
import { failuresOf, type ImportedClient, type ImportReport } from './import-report.js';
import { below, conflict, errorsIn, obstacleTo, patchOf, translated } from './import-rules.js';
import type { ImportRepository, PresentClient } from './import.repository.js';
import { DEFAULT_ID_TOKEN_ALG } from '../../settings/protocol/signing-algorithms.js';

/** What `ImportService` needs. */
export interface ImportDependencies {
  database: Database;
  repository: ImportRepository;
  preparation: ImportPreparationService;
  clients: ClientsService;
  secrets: Pick<ClientSecretsService, 'addInUse'>;
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
    const documents: SectorDocuments = new Map();
    for (const record of records)
      prepared.push(
        await this.deps.preparation.prepare({ record, tenant, present, documents, options, authorization }),
      );
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
    { record, adminReach, documents: sectorDocuments, secrets }: Prepared,
    { firstParty: authorizeFirstParty }: ImportAuthorization,
  ): Promise<Partial<ImportedClient>> {
    // What other systems sign with when a record does not say, whatever the setting says here.
    const input = { id_token_signed_response_alg: DEFAULT_ID_TOKEN_ALG, ...record.input };
    const made = await this.deps.clients.create(actor, tenant, input, {
      adminReach,
      authorizeFirstParty,
      anyClientId: true,
      secretsInUse: secrets,
      sectorDocuments,
      tx,
    });
    return { outcome: 'created', needsSecret: lacksSecret(made.record) };
  }

  /** Applies the record to the client that is here. Throws AppError `conflict` when they may not be made one. */
  async #merge(
    tx: Transaction,
    actor: Actor,
    tenant: ProjectTenant,
    { record, documents: sectorDocuments, secrets }: Prepared,
    present: PresentClient,
    { update }: ImportOptions,
    { delegation: authorizeDelegation, firstParty: authorizeFirstParty }: ImportAuthorization,
  ): Promise<Partial<ImportedClient>> {
    const { clients } = this.deps;
    const obstacle = obstacleTo(record.input, present, tenant);
    if (obstacle !== undefined) throw conflict('/client_id', obstacle);
    const before = await clients.get(tenant, present.id);
    let after = await clients.update(actor, tenant, present.id, patchOf(record.input), {
      tx,
      sectorDocuments,
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
