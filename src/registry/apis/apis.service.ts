import type { Actor, AuditService } from '../../tenancy/audit/audit.service.js';
import { checkVersion, type IfMatch } from '../../platform/wire/record-version.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, invalid, notFound } from '../../platform/errors/errors.js';
import { decodeCursor, encodeCursor, type Position } from '../../platform/paging/cursor.js';
import { changedFields } from '../../platform/wire/field-input.js';
import { readApiPatch, readNewApi } from './api-input.js';
import type { ApiRecord } from './api-record.js';
import type { ApisRepository } from './apis.repository.js';
import type { ScopeUse } from '../scopes/catalogue.service.js';
import type { ScopesRepository } from '../scopes/scopes.repository.js';

/** What the APIs need. */
export interface ApisDependencies {
  database: Database;
  apis: ApisRepository;
  scopes: ScopesRepository;
  use: ScopeUse;
  audit: AuditService;
  issuer: string;
  /** Our own admin API: listed first, and not to be changed. */
  adminApi: ApiRecord;
}

/** Before every API that was ever made. */
const FIRST: Position = {
  createdAt: '2999-12-31T23:59:59.999999Z',
  id: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};

/**
 * The APIs that access tokens can be for. Operators' input is the wire form, a change and its audit event are one
 * transaction; AppErrors as in `CatalogueService`. The protocol asks the database each time, so that a change is in
 * force on every node with the next request.
 */
export class ApisService {
  constructor(private readonly deps: ApisDependencies) {}

  /** The API that a resource indicator names (RFC 8707), compared character by character. */
  async findByAudience(audience: string): Promise<ApiRecord | undefined> {
    const { adminApi, apis } = this.deps;
    if (audience === adminApi.audience) return adminApi;
    return /[\p{Cc}\p{Surrogate}]/u.test(audience) ? undefined : apis.findByAudience(audience);
  }

  /** The admin API, then the others, newest first. `limit` is 1 to 100; `nextCursor` is null on the last page. */
  async list(limit: number, cursor?: string): Promise<{ data: ApiRecord[]; nextCursor: string | null }> {
    const { adminApi, apis } = this.deps;
    const first = cursor === undefined ? [{ record: adminApi, position: FIRST }] : [];
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const all = [...first, ...(await apis.list(limit + 1, after))];
    const page = all.slice(0, limit);
    const last = page.at(-1);
    return {
      data: page.map(({ record }) => record),
      nextCursor: all.length > limit && last ? encodeCursor(last.position) : null,
    };
  }

  async get(id: string): Promise<ApiRecord> {
    const { adminApi, apis } = this.deps;
    return id === adminApi.id ? adminApi : found(await apis.find(id));
  }

  /** Throws AppError `conflict` when the audience is another API's. */
  async create(actor: Actor, input: Record<string, unknown>): Promise<ApiRecord> {
    const { apis, database, issuer } = this.deps;
    const { audience, mistakes, settings } = readNewApi(input, issuer);
    if (mistakes.length > 0) throw invalid(mistakes);
    return database.transaction(async (tx) => {
      const id = await apis.insert(tx, audience, settings);
      if (id === undefined) throw taken();
      await this.#audit(tx, actor, 'api.created', id, Object.keys(input));
      return found(await apis.find(id, tx));
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
      const { mistakes, settings } = readApiPatch(before, patch);
      if (mistakes.length > 0) throw invalid(mistakes);
      const changed = changedFields(before, settings);
      if (changed.length === 0) return before;
      await apis.update(tx, id, settings);
      await this.#audit(tx, actor, 'api.updated', id, changed);
      return found(await apis.find(id, tx));
    });
  }

  /** With its scopes, which no client has. Throws AppError `conflict` when one does. */
  async delete(actor: Actor, id: string, ifMatch?: IfMatch): Promise<void> {
    const { apis, audit, database, scopes, use } = this.deps;
    await database.transaction(async (tx) => {
      await this.#lock(tx, id, ifMatch);
      const names = await scopes.lockOfApi(tx, id);
      const count = names.length === 0 ? 0 : await use.countWithScopes(tx, names);
      if (count > 0) {
        const who = count === 1 ? 'One client has' : `${String(count)} clients have`;
        throw new AppError('conflict', `${who} scopes of this API, so it cannot be removed.`);
      }
      await scopes.delete(tx, names);
      await apis.delete(tx, id);
      for (const name of names) {
        const target = { targetType: 'scope', targetId: name, orgId: null, projectId: null };
        await audit.record(tx, { actor, action: 'scope.deleted', ...target, changedFields: [] });
      }
      await this.#audit(tx, actor, 'api.deleted', id, []);
    });
  }

  async #lock(tx: Transaction, id: string, ifMatch?: IfMatch): Promise<ApiRecord> {
    if (id === this.deps.adminApi.id) {
      throw new AppError('conflict', 'The admin API is a part of this server and cannot be changed.');
    }
    const record = found(await this.deps.apis.lock(tx, id));
    checkVersion(record, ifMatch, 'API');
    return record;
  }

  #audit(tx: Transaction, actor: Actor, action: string, id: string, changed: string[]): Promise<void> {
    const target = { targetType: 'api', targetId: id, orgId: null, projectId: null };
    return this.deps.audit.record(tx, { actor, action, ...target, changedFields: changed });
  }
}

function found(record: ApiRecord | undefined): ApiRecord {
  if (!record) throw notFound('API');
  return record;
}

function taken(): AppError {
  const mistakes = [
    { pointer: '/audience', detail: 'Choose another audience, or change the API that has it.' },
  ];
  return new AppError('conflict', 'The audience is that of another API.', { mistakes });
}
