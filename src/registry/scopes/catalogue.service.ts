import { isScopeName, type ScopeNames } from './scope-name.js';
import type { Actor, AuditAction, AuditService } from '../../tenancy/audit/audit.service.js';
import { checkVersion, type IfMatch } from '../../platform/wire/record-version.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, found, invalid, type ValidationError } from '../../platform/errors/errors.js';
import { foreignCursor } from '../../platform/paging/cursor.js';
import { type Page, pageOf } from '../../platform/paging/page.js';
import { changedFields } from '../../platform/wire/changed-fields.js';
import { readNewScope, readScopePatch, type ScopeDraft } from './scope-input.js';
import { ADMINISTRATION, isReserved, type ScopeRecord } from './scope-record.js';
import type { ScopeFilter, ScopesRepository } from './scopes.repository.js';

export type { ScopeFilter } from './scopes.repository.js';

/** The clients that have scopes. */
export interface ScopeUse {
  /** How many clients, live or deleted and not purged yet, have one of the scopes. */
  countWithScopes(tx: Transaction, names: readonly string[]): Promise<number>;
}

/** The APIs that scopes can belong to. */
export interface ApisOfScopes {
  /** Whether there is such an API; it cannot be deleted before the transaction ends. */
  lockForShare(tx: Transaction, id: string): Promise<boolean>;
}

/** What `CatalogueService` needs. */
export interface CatalogueDependencies {
  database: Database;
  scopes: ScopesRepository;
  apis: ApisOfScopes;
  scopeUse: ScopeUse;
  audit: AuditService;
  /** The scopes that clients get by default, which can therefore not be retired. */
  givenUnasked: readonly string[];
  /** Which names a new scope can have. */
  scopeNames: ScopeNames;
}

/**
 * The scope catalogue as operators change it: input is the wire form, a change and its audit event are one transaction.
 * AppErrors are `invalid` with all errors, `not_found`, `conflict`, and `stale` when `ifMatch` names other versions.
 */
export class CatalogueService {
  constructor(private readonly deps: CatalogueDependencies) {}

  /** By name. `limit` is 1 to 100. Throws AppError `malformed` for a cursor that no list returned. */
  async list(filter: ScopeFilter, limit: number, cursor?: string): Promise<Page<ScopeRecord>> {
    const after = cursor === undefined ? undefined : nameOfCursor(cursor);
    const selected = await this.deps.scopes.list(filter, limit + 1, after);
    return pageOf(selected, limit, ({ name }) => cursorOfName(name));
  }

  async get(name: string): Promise<ScopeRecord> {
    return found(await this.deps.scopes.find(name), 'scope');
  }

  /** Throws AppError `conflict` when there is a scope of the name. */
  async create(actor: Actor, input: Record<string, unknown>): Promise<ScopeRecord> {
    const { database, scopes } = this.deps;
    const draft = readNewScope(input, this.deps.scopeNames);
    return database.transaction(async (tx) => {
      await this.#check(tx, draft, null);
      const record = await scopes.insert(tx, draft.name, draft.settings);
      if (!record) throw taken();
      await this.#audit(tx, actor, 'scope.created', draft.name, Object.keys(input));
      return record;
    });
  }

  /**
   * Applies a JSON merge patch. A retired scope stays with the clients that have it. Throws AppError `conflict` when a
   * scope that clients have would move to another API: people consented to it as a scope of the other API.
   */
  async update(
    actor: Actor,
    name: string,
    patch: Record<string, unknown>,
    ifMatch?: IfMatch,
  ): Promise<ScopeRecord> {
    const { database, scopes } = this.deps;
    return database.transaction(async (tx) => {
      const before = await this.#lock(tx, name, ifMatch);
      const draft = readScopePatch(before, patch);
      await this.#check(tx, draft, before);
      const wasRetired = before.retiredAt !== null;
      const changed = [
        ...changedFields(before, draft.settings),
        ...(draft.retired === wasRetired ? [] : ['retired_at']),
      ];
      if (changed.length === 0) return before;
      if (changed.includes('api_id')) await this.#refuseInUse(tx, name, 'cannot move to another API');
      // The API of the administration scopes is no row that they could refer to.
      const { apiId: _fixed, ...texts } = draft.settings;
      const settings = isReserved(before.category) ? texts : draft.settings;
      const after = found(await scopes.update(tx, name, settings, draft.retired), 'scope');
      await this.#audit(tx, actor, 'scope.updated', name, changed);
      return after;
    });
  }

  /** Throws AppError `conflict` while a client has the scope, or when the product itself needs it. */
  async delete(actor: Actor, name: string, ifMatch?: IfMatch): Promise<void> {
    await this.deps.database.transaction(async (tx) => {
      const { category } = await this.#lock(tx, name, ifMatch);
      if (isReserved(category)) throw new AppError('conflict', `This server itself needs the scope ${name}.`);
      await this.#refuseInUse(tx, name, 'cannot be removed; retire it instead');
      await this.deps.scopes.delete(tx, [name]);
      await this.#audit(tx, actor, 'scope.deleted', name, []);
    });
  }

  async #check(tx: Transaction, draft: ScopeDraft, before: ScopeRecord | null): Promise<void> {
    const { settings, name, retired } = draft;
    const errors = [...draft.errors];
    const refuse = (broken: boolean, pointer: string, detail: string): void => {
      if (broken) errors.push({ pointer, detail });
    };
    if (before && isReserved(before.category)) {
      const why = `This server itself needs the scope ${name}; change only its words.`;
      refuse(settings.category !== before.category, '/category', why);
      refuse(settings.apiId !== before.apiId, '/api_id', why);
      const given = before.category === ADMINISTRATION || this.deps.givenUnasked.includes(name);
      refuse(retired && given, '/retired', why);
    } else {
      if (before)
        refuse(isReserved(settings.category), '/category', 'Only scopes of the server itself have it.');
      errors.push(...(await this.#apiErrors(tx, settings.apiId)));
    }
    if (errors.length > 0) throw invalid(errors);
  }

  async #apiErrors(tx: Transaction, apiId: string | null): Promise<ValidationError[]> {
    if (apiId === null || (await this.deps.apis.lockForShare(tx, apiId))) return [];
    return [{ pointer: '/api_id', detail: 'There is no API with this id that could have more scopes.' }];
  }

  async #refuseInUse(tx: Transaction, name: string, consequence: string): Promise<void> {
    const count = await this.deps.scopeUse.countWithScopes(tx, [name]);
    if (count > 0) throw new AppError('conflict', `${inUse(name, count)}, so it ${consequence}.`);
  }

  async #lock(tx: Transaction, name: string, ifMatch?: IfMatch): Promise<ScopeRecord> {
    const record = found(await this.deps.scopes.lock(tx, name), 'scope');
    checkVersion(record, ifMatch, 'scope');
    return record;
  }

  #audit(tx: Transaction, actor: Actor, action: AuditAction, name: string, changed: string[]): Promise<void> {
    const target = { targetId: name, orgId: null, projectId: null };
    return this.deps.audit.record(tx, { actor, action, ...target, changedFields: changed });
  }
}

function inUse(name: string, count: number): string {
  return count === 1 ? `One client has the scope ${name}` : `${String(count)} clients have the scope ${name}`;
}

function taken(): AppError {
  const errors = [{ pointer: '/name', detail: 'Choose another name, or change the scope that has it.' }];
  return new AppError('conflict', 'There is a scope of this name.', { errors });
}

function cursorOfName(name: string): string {
  return Buffer.from(name).toString('base64url');
}

/** Throws AppError `malformed`. */
function nameOfCursor(cursor: string): string {
  const name = Buffer.from(cursor, 'base64url').toString();
  if (!isScopeName(name) || cursorOfName(name) !== cursor) throw foreignCursor();
  return name;
}
