import type { ValidationError } from '../../platform/errors/errors.js';
import type { Hashing } from '../../platform/crypto/hashing.js';
import type { AdminReach } from '../../tenancy/access/delegation.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';
import { importedDigestOf, type SecretInUse, type SecretToStore } from '../client-secrets/client-secret.js';
import type { ClientSecretsService } from '../client-secrets/client-secrets.service.js';
import {
  concernsSector,
  type SectorDocuments,
  type SectorDocumentsService,
} from '../client-subjects/sector-documents.service.js';
import type { ClientsService } from '../clients/clients.service.js';
import type { ImportFile } from '../import-formats/import-file.js';
import type { ImportedClient } from './import-report.js';
import { errorsIn, obstacleTo, patchOf } from './import-rules.js';
import type { PresentClient, PresentSecret } from './import.repository.js';

/** What `ImportPreparationService` needs. */
export interface ImportPreparationDependencies {
  clients: Pick<ClientsService, 'get'>;
  secrets: Pick<ClientSecretsService, 'keep'>;
  hashing: Hashing;
  sectorDocuments: Pick<SectorDocumentsService, 'checkNew' | 'checkPatch'>;
}

/** What the caller may import, on top of `clients.write`; each throws AppError `forbidden`. */
export interface ImportAuthorization {
  newClient: (scopes: readonly unknown[]) => Promise<AdminReach>;
  change: (id: string, scopes: readonly unknown[]) => Promise<void>;
  /** For changed scopes of a client, in all of that tenant. */
  delegation: (scopes: readonly string[], reach: AdminReach) => Promise<void>;
  firstParty: () => Promise<void>;
}

/**
 * What of a record is done before the transaction: who may do it, what others must confirm, and what is stored of its
 * secrets.
 */
export interface Prepared {
  record: ImportFile['records'][number];
  clientId: string | undefined;
  present: PresentClient | undefined;
  adminReach: AdminReach;
  /** Of the whole import. */
  documents: SectorDocuments;
  /** Those that the client does not have yet, oldest first. */
  secrets: SecretToStore[];
  refusal?: ImportedClient['errors'];
}

/** One record of an import. */
interface ToPrepare {
  record: Prepared['record'];
  tenant: ProjectTenant;
  /** The clients that are here, by client_id. */
  present: ReadonlyMap<string, PresentClient>;
  documents: SectorDocuments;
  options: { dryRun: boolean };
  authorization: ImportAuthorization;
}

/** Does what takes long before an import begins its transaction. */
export class ImportPreparationService {
  constructor(private readonly deps: ImportPreparationDependencies) {}

  /** Prepares one record; what refuses it is in the result. */
  async prepare({
    record,
    tenant,
    present,
    documents,
    options: { dryRun },
    authorization,
  }: ToPrepare): Promise<Prepared> {
    const { input, errors, skipped } = record;
    const given = input['client_id'];
    const clientId = typeof given === 'string' ? given : undefined;
    const found = clientId === undefined ? undefined : present.get(clientId);
    const base = { record, clientId, present: found, documents };
    const prepared = { ...base, adminReach: 'project' as const, secrets: [] };
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
      else adminReach = await authorization.newClient(scopes);
      await this.#checkSector(tenant, input, mine, documents);
    } catch (thrown) {
      refusal.push(...errorsIn(thrown));
    }
    if (refusal.length > 0) return { ...prepared, refusal };
    const secrets = await this.#newSecrets(record.secrets, mine, dryRun);
    return { ...prepared, adminReach, secrets };
  }

  /** Throws AppError `invalid` unless the client is in the document that it must be in. */
  async #checkSector(
    tenant: ProjectTenant,
    input: Record<string, unknown>,
    present: PresentClient | undefined,
    documents: SectorDocuments,
  ): Promise<void> {
    const { clients, sectorDocuments } = this.deps;
    if (!present) await sectorDocuments.checkNew(input, documents);
    else if (concernsSector(input) && obstacleTo(input, present, tenant) === undefined)
      await sectorDocuments.checkPatch(await clients.get(tenant, present.id), patchOf(input), documents);
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
}
