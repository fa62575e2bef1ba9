import type { VisibleTenants } from '../access/access.service.js';
import type { Actor, AuditService } from '../audit/audit.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import { decodeCursor, encodeCursor } from '../../platform/paging/cursor.js';
import { parseInput } from '../../platform/wire/schema-input.js';
import type { Organization, OrganizationsRepository } from './organizations.repository.js';
import { newOrganization, organizationPatch, TENANT_READ_ONLY } from './tenant-schema.js';
import { changedFrom, slugTaken } from './tenant-changes.js';

export type { Organization } from './organizations.repository.js';

/**
 * Organizations. Input is the wire form; every change and its audit event are one transaction. AppErrors are `invalid`
 * with all mistakes, `not_found`, and `conflict` for a slug that is taken.
 */
export class OrganizationsService {
  constructor(
    private readonly database: Database,
    private readonly repository: OrganizationsRepository,
    private readonly audit: AuditService,
  ) {}

  /** Newest first. `limit` is 1 to 100; `nextCursor` is null on the last page. */
  async list(
    visible: VisibleTenants,
    limit: number,
    cursor?: string,
  ): Promise<{ data: Organization[]; nextCursor: string | null }> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const found = await this.repository.list(organizationsIn(visible), limit + 1, after);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      data: page.map(({ record }) => record),
      nextCursor: found.length > limit && last ? encodeCursor(last.position) : null,
    };
  }

  async get(id: string): Promise<Organization> {
    return found(await this.repository.find(id));
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

  /** Applies a JSON merge patch (RFC 7396); one that changes nothing leaves no trace. */
  async update(actor: Actor, id: string, patch: Record<string, unknown>): Promise<Organization> {
    const fields = parseInput(organizationPatch, patch, TENANT_READ_ONLY);
    return this.database.transaction(async (tx) => {
      const before = found(await this.repository.lock(tx, id));
      const changed = changedFrom(before, fields);
      if (changed.length === 0) return before;
      if (!(await this.repository.update(tx, id, fields))) throw slugTaken('organization');
      await this.#record(tx, actor, 'organization.updated', id, changed);
      return found(await this.repository.find(id, tx));
    });
  }

  /** With its projects and everybody's roles in it. Throws AppError `conflict` while it has clients. */
  async delete(actor: Actor, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      found(await this.repository.lock(tx, id));
      if (!(await this.repository.delete(tx, id))) {
        throw new AppError(
          'conflict',
          'The organization still has clients. Delete them first; a deleted one counts for as long as it can be restored.',
        );
      }
      await this.#record(tx, actor, 'organization.deleted', id, []);
    });
  }

  #record(tx: Transaction, actor: Actor, action: string, id: string, changed: string[]): Promise<void> {
    const target = { targetType: 'organization', targetId: id, orgId: id, projectId: null };
    return this.audit.record(tx, { actor, action, ...target, changedFields: changed });
  }
}

function organizationsIn(visible: VisibleTenants): string[] | undefined {
  if (visible === 'everything') return undefined;
  const ofProjects = [...visible.projects.values()].map(({ orgId }) => orgId);
  return [...new Set([...visible.organizations, ...ofProjects])];
}

function found(record: Organization | undefined): Organization {
  if (!record) throw notFound('organization');
  return record;
}
