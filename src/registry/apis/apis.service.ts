import type { Actor, AuditAction, AuditService } from '../../tenancy/audit/audit.service.js';
import { checkVersion, type IfMatch } from '../../platform/wire/record-version.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, found, invalid } from '../../platform/errors/errors.js';
import type { Position } from '../../platform/paging/cursor.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import { changedFields } from '../../platform/wire/changed-fields.js';
import { readApiPatch, readNewApi } from './api-input.js';
import type { ApiRecord, ApiSettings } from './api-record.js';
import { otherSpelling } from './audience-rules.js';
import type { ApisRepository } from './apis.repository.js';
import type { ScopeUse } from '../scopes/catalogue.service.js';

/** The scopes of APIs, as far as deleting an API needs them. */
export interface ScopesOfApis {
  /** Locks the scopes of the API until the transaction ends, and returns their names. */
  lockOfApi(tx: Transaction, apiId: string): Promise<string[]>;
  delete(tx: Transaction, names: readonly string[]): Promise<void>;
}

/** The types of authorization details, as far as deleting an API needs them. */
export interface DetailsTypesOfApis {
  ofApi(tx: Transaction, apiId: string): Promise<string[]>;
}

/** What `ApisService` needs. */
export interface ApisDependencies {
  database: Database;
  apis: ApisRepository;
  scopes: ScopesOfApis;
  detailsTypes: DetailsTypesOfApis;
  scopeUse: ScopeUse;
  audit: AuditService;
  issuer: string;
  /** The built-in admin API: listed first, and read-only. */
  adminApi: ApiRecord;
}

/** Before every API in the order of the list: newest first. */
const FIRST: Position = {
  createdAt: '2999-12-31T23:59:59.999999Z',
  id: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};

/**
 * The APIs that access tokens can be for. Operators' input is the wire form, a change and its audit event are one
 * transaction; AppErrors as in `CatalogueService`. The protocol asks the database each time, so that a change is
 * effective on every node with the next request.
 */
export class ApisService {
  constructor(private readonly deps: ApisDependencies) {}

  /**
   * The API that a resource indicator names (RFC 8707), compared character by character but for the slash of an empty path,
   * which may be there or not (RFC 3986 section 6.2.3).
   */
  async findByAudience(audience: string): Promise<ApiRecord | undefined> {
    const { adminApi, apis } = this.deps;
    if (audience === adminApi.audience) return adminApi;
    if (/[\p{Cc}\p{Surrogate}]/u.test(audience)) return undefined;
    const other = otherSpelling(audience);
    if (other === undefined) return apis.findByAudience(audience);
    const [exact, same] = await Promise.all([apis.findByAudience(audience), apis.findByAudience(other)]);
    return exact ?? same;
  }

  /** The admin API, then the others, newest first. Throws as `readPage` does. */
  list(limit: number, cursor?: string): Promise<Page<ApiRecord>> {
    const { adminApi, apis } = this.deps;
    return readPage(limit, cursor, async (slice) => {
      const first = slice.after ? [] : [{ record: adminApi, position: FIRST }];
      return [...first, ...(await apis.list(slice))];
    });
  }

  async get(id: string): Promise<ApiRecord> {
    const { adminApi, apis } = this.deps;
    return id === adminApi.id ? adminApi : found(await apis.find(id), 'API');
  }

  /** Throws AppError `conflict` when the audience is another API's. */
  async create(actor: Actor, input: Record<string, unknown>): Promise<ApiRecord> {
    const { apis, database, issuer } = this.deps;
    const { audience, errors, settings } = readNewApi(input, issuer);
    if (errors.length > 0) throw invalid(errors);
    return database.transaction(async (tx) => {
      const other = otherSpelling(audience);
      if (other !== undefined && (await apis.findByAudience(other))) throw taken();
      await this.#checkOwner(tx, settings);
      const id = await apis.insert(tx, audience, settings);
      if (id === undefined) throw taken();
      await this.#audit(tx, actor, 'api.created', id, Object.keys(input));
      return found(await apis.find(id, tx), 'API');
    });
  }

  async update(
    actor: Actor,
    id: string,
    patch: Record<string, unknown>,
    ifMatch?: IfMatch,
  ): Promise<ApiRecord> {
    const { apis, database } = this.deps;
    return database.transaction(async (tx) => {
      const before = await this.#lock(tx, id, ifMatch);
      const { errors, settings } = readApiPatch(before, patch);
      if (errors.length > 0) throw invalid(errors);
      const changed = changedFields(before, settings);
      if (changed.length === 0) return before;
      await this.#checkOwner(tx, settings);
      await apis.update(tx, id, settings);
      await this.#audit(tx, actor, 'api.updated', id, changed);
      return found(await apis.find(id, tx), 'API');
    });
  }

  /**
   * With its scopes, which no client has. Throws AppError `conflict` when one does, and when types of authorization details
   * belong to the API.
   */
  async delete(actor: Actor, id: string, ifMatch?: IfMatch): Promise<void> {
    const { apis, audit, database, detailsTypes, scopes, scopeUse } = this.deps;
    await database.transaction(async (tx) => {
      await this.#lock(tx, id, ifMatch);
      const types = await detailsTypes.ofApi(tx, id);
      if (types.length > 0)
        throw new AppError(
          'conflict',
          `Types of authorization details belong to this API (${types.join(', ')}): remove them first.`,
        );
      const names = await scopes.lockOfApi(tx, id);
      const count = names.length === 0 ? 0 : await scopeUse.countWithScopes(tx, names);
      if (count > 0) {
        const who = count === 1 ? 'One client has' : `${String(count)} clients have`;
        throw new AppError('conflict', `${who} scopes of this API, so it cannot be removed.`);
      }
      await scopes.delete(tx, names);
      await apis.delete(tx, id);
      for (const name of names) {
        const target = { targetId: name, orgId: null, projectId: null };
        await audit.record(tx, { actor, action: 'scope.deleted', ...target, changedFields: [] });
      }
      await this.#audit(tx, actor, 'api.deleted', id, []);
    });
  }

  async #checkOwner(tx: Transaction, { orgId }: ApiSettings): Promise<void> {
    if (orgId === null || (await this.deps.apis.lockOrganization(tx, orgId))) return;
    throw invalid([{ pointer: '/org_id', detail: 'There is no organization with this id.' }]);
  }

  async #lock(tx: Transaction, id: string, ifMatch?: IfMatch): Promise<ApiRecord> {
    if (id === this.deps.adminApi.id) {
      throw new AppError('conflict', 'The admin API is a part of this server and cannot be changed.');
    }
    const record = found(await this.deps.apis.lock(tx, id), 'API');
    checkVersion(record, ifMatch, 'API');
    return record;
  }

  #audit(tx: Transaction, actor: Actor, action: AuditAction, id: string, changed: string[]): Promise<void> {
    const target = { targetId: id, orgId: null, projectId: null };
    return this.deps.audit.record(tx, { actor, action, ...target, changedFields: changed });
  }
}

function taken(): AppError {
  const errors = [
    { pointer: '/audience', detail: 'Choose another audience, or change the API that has it.' },
  ];
  return new AppError('conflict', 'The audience is that of another API.', { errors });
}
