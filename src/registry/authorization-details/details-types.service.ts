import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, found, invalid } from '../../platform/errors/errors.js';
import { foreignCursor } from '../../platform/paging/cursor.js';
import { type Page, pageOf } from '../../platform/paging/page.js';
import { changedFields } from '../../platform/wire/changed-fields.js';
import { checkVersion, type IfMatch } from '../../platform/wire/record-version.js';
import type { Actor, AuditAction, AuditService } from '../../tenancy/audit/audit.service.js';
import type { ApisOfScopes } from '../scopes/catalogue.service.js';
import {
  type DetailsTypeDraft,
  isDetailsTypeName,
  readDetailsTypePatch,
  readNewDetailsType,
} from './details-type-input.js';
import type { DescribedDetailsType, DetailsTypeRecord } from './details-type-record.js';
import type { DetailsTypesRepository } from './details-types.repository.js';

/** What `DetailsTypesService` needs. */
export interface DetailsTypesDependencies {
  database: Database;
  detailsTypes: DetailsTypesRepository;
  apis: ApisOfScopes;
  audit: AuditService;
}

/**
 * The types of authorization details (RFC 9396) in the catalogue. Operators' input is the wire form, a change and its audit
 * event are one transaction; AppErrors as in `CatalogueService`.
 */
export class DetailsTypesService {
  constructor(private readonly deps: DetailsTypesDependencies) {}

  /** By type. `limit` is 1 to 100. Throws AppError `malformed` for a cursor that no list returned. */
  async list(apiId: string | undefined, limit: number, cursor?: string): Promise<Page<DetailsTypeRecord>> {
    const after = cursor === undefined ? undefined : typeOfCursor(cursor);
    const selected = await this.deps.detailsTypes.list(apiId, limit + 1, after);
    return pageOf(selected, limit, ({ type }) => cursorOfType(type));
  }

  async get(type: string): Promise<DetailsTypeRecord> {
    return found(await this.deps.detailsTypes.find(type), 'type');
  }

  /** These types with their APIs, or all of them; those that are not in the catalogue are left out. */
  describe(types?: readonly string[]): Promise<DescribedDetailsType[]> {
    return this.deps.detailsTypes.describe(types?.filter(isDetailsTypeName));
  }

  /** The names among these that no client can be given. In a transaction the others can be given until it ends. */
  async unknown(types: readonly string[], tx?: Transaction): Promise<string[]> {
    if (types.length === 0) return [];
    const usable = await this.deps.detailsTypes.findUsable(types, tx);
    return types.filter((type) => !usable.includes(type));
  }

  /** The types of APIs that are open to registration. */
  async openToRegistration(): Promise<string[]> {
    const all = await this.deps.detailsTypes.describe();
    return all.filter(({ api }) => api?.openToRegistration).map(({ type }) => type);
  }

  /** Throws AppError `conflict` when there is such a type. */
  async create(actor: Actor, input: Record<string, unknown>): Promise<DetailsTypeRecord> {
    const { database, detailsTypes } = this.deps;
    const draft = readNewDetailsType(input);
    return database.transaction(async (tx) => {
      await this.#check(tx, draft);
      const record = await detailsTypes.insert(tx, draft.type, draft.settings);
      if (!record)
        throw new AppError('conflict', 'There is a type of this name: change it, or choose another name.');
      await this.#audit(tx, actor, 'authorization_details_type.created', draft.type, Object.keys(input));
      return record;
    });
  }

  /**
   * Applies a JSON merge patch. What people allowed stays as it is, also where another schema would refuse it now. Throws
   * AppError `conflict` when details that clients have would be for another API.
   */
  async update(
    actor: Actor,
    type: string,
    patch: Record<string, unknown>,
    ifMatch?: IfMatch,
  ): Promise<DetailsTypeRecord> {
    const { database, detailsTypes } = this.deps;
    return database.transaction(async (tx) => {
      const before = await this.#lock(tx, type, ifMatch);
      const draft = readDetailsTypePatch(before, patch);
      await this.#check(tx, draft);
      const changed = changedFields(before, draft.settings);
      if (changed.length === 0) return before;
      if (changed.includes('api_id')) await this.#refuseInUse(tx, type, 'cannot move to another API');
      const after = found(await detailsTypes.update(tx, type, draft.settings), 'type');
      await this.#audit(tx, actor, 'authorization_details_type.updated', type, changed);
      return after;
    });
  }

  /** Throws AppError `conflict` while a client has the type. */
  async delete(actor: Actor, type: string, ifMatch?: IfMatch): Promise<void> {
    await this.deps.database.transaction(async (tx) => {
      await this.#lock(tx, type, ifMatch);
      await this.#refuseInUse(tx, type, 'cannot be removed');
      await this.deps.detailsTypes.delete(tx, type);
      await this.#audit(tx, actor, 'authorization_details_type.deleted', type, []);
    });
  }

  async #check(tx: Transaction, { errors, settings: { apiId } }: DetailsTypeDraft): Promise<void> {
    const isMissing = apiId !== null && !(await this.deps.apis.lockForShare(tx, apiId));
    const detail = 'There is no API with this id that could have types.';
    const all = [...errors, ...(isMissing ? [{ pointer: '/api_id', detail }] : [])];
    if (all.length > 0) throw invalid(all);
  }

  async #refuseInUse(tx: Transaction, type: string, consequence: string): Promise<void> {
    const count = await this.deps.detailsTypes.countClients(tx, type);
    const who = count === 1 ? 'One client has' : `${String(count)} clients have`;
    if (count > 0) throw new AppError('conflict', `${who} the type ${type}, so it ${consequence}.`);
  }

  async #lock(tx: Transaction, type: string, ifMatch?: IfMatch): Promise<DetailsTypeRecord> {
    const record = found(await this.deps.detailsTypes.lock(tx, type), 'type');
    checkVersion(record, ifMatch, 'type');
    return record;
  }

  #audit(tx: Transaction, actor: Actor, action: AuditAction, type: string, changed: string[]): Promise<void> {
    const target = { targetId: type, orgId: null, projectId: null };
    return this.deps.audit.record(tx, { actor, action, ...target, changedFields: changed });
  }
}

function cursorOfType(type: string): string {
  return Buffer.from(type).toString('base64url');
}

/** Throws AppError `malformed`. */
function typeOfCursor(cursor: string): string {
  const type = Buffer.from(cursor, 'base64url').toString();
  if (!isDetailsTypeName(type) || cursorOfType(type) !== cursor) throw foreignCursor();
  return type;
}
