import type { VisibleTenants } from '../access/access.service.js';
import type { Actor, AuditService } from '../audit/audit.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, notFound } from '../../platform/errors/errors.js';
import { decodeCursor, encodeCursor } from '../../platform/paging/cursor.js';
import { parseInput } from '../../platform/wire/schema-input.js';
import type { Project, ProjectsRepository } from './projects.repository.js';
import { changedFrom, slugTaken } from './tenant-changes.js';
import { newProject, projectPatch, TENANT_READ_ONLY } from './tenant-schema.js';
import type { TenantsService } from './tenants.service.js';
import type { OrganizationTenant, ProjectTenant } from './tenant.js';

export type { Project } from './projects.repository.js';

/** What projects need. */
export interface ProjectsDependencies {
  database: Database;
  repository: ProjectsRepository;
  tenants: TenantsService;
  audit: AuditService;
}

/**
 * The projects of organizations. Input is the wire form; every change and its audit event are one transaction. AppErrors
 * are `invalid` with all mistakes, `not_found`, and `conflict` for a slug that is taken in the organization.
 */
export class ProjectsService {
  constructor(private readonly deps: ProjectsDependencies) {}

  /** Newest first. `limit` is 1 to 100; `nextCursor` is null on the last page. */
  async list(
    { orgId }: OrganizationTenant,
    visible: VisibleTenants,
    limit: number,
    cursor?: string,
  ): Promise<{ data: Project[]; nextCursor: string | null }> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const whole = visible === 'everything' || visible.organizations.has(orgId);
    const ids = whole ? undefined : [...visible.projects.keys()];
    const found = await this.deps.repository.list(orgId, ids, limit + 1, after);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      data: page.map(({ record }) => record),
      nextCursor: found.length > limit && last ? encodeCursor(last.position) : null,
    };
  }

  async get({ projectId }: ProjectTenant): Promise<Project> {
    return found(await this.deps.repository.find(projectId));
  }

  async create(actor: Actor, org: OrganizationTenant, input: Record<string, unknown>): Promise<Project> {
    const fields = parseInput(newProject, input, TENANT_READ_ONLY);
    const { database, repository, tenants } = this.deps;
    return database.transaction(async (tx) => {
      await tenants.hold(tx, org);
      const record = await repository.insert(tx, org.orgId, fields);
      if (!record) throw slugTaken('project');
      const tenant = { orgId: org.orgId, projectId: record.id };
      await this.#record(tx, actor, 'project.created', tenant, Object.keys(input));
      return record;
    });
  }

  /** Applies a JSON merge patch (RFC 7396); one that changes nothing leaves no trace. */
  async update(actor: Actor, tenant: ProjectTenant, patch: Record<string, unknown>): Promise<Project> {
    const fields = parseInput(projectPatch, patch, TENANT_READ_ONLY);
    const { database, repository } = this.deps;
    return database.transaction(async (tx) => {
      const before = found(await repository.lock(tx, tenant.projectId));
      const changed = changedFrom(before, fields);
      if (changed.length === 0) return before;
      if (!(await repository.update(tx, tenant.projectId, fields))) throw slugTaken('project');
      await this.#record(tx, actor, 'project.updated', tenant, changed);
      return found(await repository.find(tenant.projectId, tx));
    });
  }

  /** With everybody's roles in it. Throws AppError `conflict` while it has clients. */
  async delete(actor: Actor, tenant: ProjectTenant): Promise<void> {
    const { database, repository } = this.deps;
    await database.transaction(async (tx) => {
      found(await repository.lock(tx, tenant.projectId));
      if (!(await repository.delete(tx, tenant.projectId))) {
        throw new AppError(
          'conflict',
          'The project still has clients. Delete them first; a deleted one counts for as long as it can be restored.',
        );
      }
      await this.#record(tx, actor, 'project.deleted', tenant, []);
    });
  }

  #record(
    tx: Transaction,
    actor: Actor,
    action: string,
    tenant: ProjectTenant,
    changed: string[],
  ): Promise<void> {
    const target = { targetType: 'project', targetId: tenant.projectId, ...tenant };
    return this.deps.audit.record(tx, { actor, action, ...target, changedFields: changed });
  }
}

function found(record: Project | undefined): Project {
  if (!record) throw notFound('project');
  return record;
}
