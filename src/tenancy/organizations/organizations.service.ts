import type { VisibleTenants } from '../access/access.service.js';
import type { Actor, AuditAction, AuditService } from '../audit/audit.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, found } from '../../platform/errors/errors.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import { changedFields } from '../../platform/wire/changed-fields.js';
import { parseInput } from '../../platform/wire/input.js';
import { checkVersion, type IfMatch } from '../../platform/wire/record-version.js';
import { toCamel } from '../../platform/wire/snake-case.js';
import type { Organization, OrganizationsRepository } from './organizations.repository.js';
import { newOrganization, organizationPatch, TENANT_READ_ONLY } from '../tenants/tenant-request.schema.js';
import { slugTaken } from '../tenants/slug-taken.js';

export type { Organization } from './organizations.repository.js';

/**
 * Organizations. Input is the wire form; every change and its audit event are one transaction. AppErrors are `invalid`
 * with all errors, `not_found`, `stale` for a version that `ifMatch` does not have, and `conflict` for a slug that is taken.
 */
export class OrganizationsService {
  constructor(
    private readonly database: Database,
    private readonly repository: OrganizationsRepository,
    private readonly audit: AuditService,
  ) {}

  /** Newest first. Throws as `readPage` does. */
  list(visible: VisibleTenants, limit: number, cursor?: string): Promise<Page<Organization>> {
    return readPage(limit, cursor, (slice) => this.repository.list(organizationsIn(visible), slice));
  }

  async get(id: string): Promise<Organization> {
    return found(await this.repository.find(id), 'organization');
  }

  async create(actor: Actor, input: Record<string, unknown>): Promise<Organization> {
    const fields = parseInput(newOrganization, input, TENANT_READ_ONLY);
    return this.database.transaction(async (tx) => {
      const record = await this.repository.insert(tx, fields);
      if (!record) throw slugTaken('organization');
      await this.#record(tx, actor, 'organization.created', record.id, Object.keys(input));
      return record;
    });
  }

  /** Applies a JSON merge patch (RFC 7396); one that changes nothing is not recorded. */
  async update(
    actor: Actor,
    id: string,
    patch: Record<string, unknown>,
    ifMatch?: IfMatch,
  ): Promise<Organization> {
    const fields = parseInput(organizationPatch, patch, TENANT_READ_ONLY);
    return this.database.transaction(async (tx) => {
      const before = found(await this.repository.lock(tx, id), 'organization');
      checkVersion(before, ifMatch, 'organization');
      const changed = changedFields(before, toCamel(fields));
      if (changed.length === 0) return before;
      if (!(await this.repository.update(tx, id, fields))) throw slugTaken('organization');
      await this.#record(tx, actor, 'organization.updated', id, changed);
      return found(await this.repository.find(id, tx), 'organization');
    });
  }

  /** Deletes its projects and the roles in it too. Throws AppError `conflict` while it has clients. */
  async delete(actor: Actor, id: string, ifMatch?: IfMatch): Promise<void> {
    await this.database.transaction(async (tx) => {
      checkVersion(found(await this.repository.lock(tx, id), 'organization'), ifMatch, 'organization');
      if (!(await this.repository.delete(tx, id))) {
        throw new AppError(
          'conflict',
          'The organization still has clients. Delete them first; a deleted one counts for as long as it can be restored.',
        );
      }
      await this.#record(tx, actor, 'organization.deleted', id, []);
    });
  }

  #record(tx: Transaction, actor: Actor, action: AuditAction, id: string, changed: string[]): Promise<void> {
    const target = { targetId: id, orgId: id, projectId: null };
    return this.audit.record(tx, { actor, action, ...target, changedFields: changed });
  }
}

function organizationsIn(visible: VisibleTenants): string[] | undefined {
  if (visible === 'everything') return undefined;
  const ofProjects = [...visible.projects.values()].map(({ orgId }) => orgId);
  return [...new Set([...visible.organizations, ...ofProjects])];
}
