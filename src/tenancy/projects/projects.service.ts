import type { VisibleTenants } from '../access/access.service.js';
import type { Actor, AuditAction, AuditService } from '../audit/audit.service.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { AppError, found } from '../../platform/errors/errors.js';
import { type Page, readPage } from '../../platform/paging/page.js';
import { changedFields } from '../../platform/wire/changed-fields.js';
import { parseInput } from '../../platform/wire/input.js';
import { checkVersion, type IfMatch } from '../../platform/wire/record-version.js';
import { toCamel } from '../../platform/wire/snake-case.js';
import type { Project, ProjectsRepository } from './projects.repository.js';
import { slugTaken } from '../tenants/slug-taken.js';
import { newProject, projectPatch, TENANT_READ_ONLY } from '../tenants/tenant-request.schema.js';
import type { TenantsService } from '../tenants/tenants.service.js';
import type { OrganizationTenant, ProjectTenant } from '../tenants/tenant.js';

export type { Project } from './projects.repository.js';

/** What `ProjectsService` needs. */
export interface ProjectsDependencies {
  database: Database;
  repository: ProjectsRepository;
  tenants: TenantsService;
  audit: AuditService;
}

/**
 * The projects of organizations. Input is the wire form; every change and its audit event are one transaction. AppErrors
 * are `invalid` with all errors, `not_found`, `stale` for a version that `ifMatch` does not have, and `conflict` for a slug that is taken in the organization.
 */
export class ProjectsService {
  constructor(private readonly deps: ProjectsDependencies) {}

  /** Newest first. Throws as `readPage` does. */
  list(
    { orgId }: OrganizationTenant,
    visible: VisibleTenants,
    limit: number,
    cursor?: string,
  ): Promise<Page<Project>> {
    const all = visible === 'everything' || visible.organizations.has(orgId);
    const ids = all ? undefined : [...visible.projects.keys()];
    return readPage(limit, cursor, (slice) => this.deps.repository.list(orgId, ids, slice));
  }

  async get({ projectId }: ProjectTenant): Promise<Project> {
    return found(await this.deps.repository.find(projectId), 'project');
  }

  async create(actor: Actor, org: OrganizationTenant, input: Record<string, unknown>): Promise<Project> {
    const fields = parseInput(newProject, input, TENANT_READ_ONLY);
    const { database, repository, tenants } = this.deps;
    return database.transaction(async (tx) => {
      await tenants.lockForShare(tx, org);
      const record = await repository.insert(tx, org.orgId, fields);
      if (!record) throw slugTaken('project');
      const tenant = { orgId: org.orgId, projectId: record.id };
      await this.#record(tx, actor, 'project.created', tenant, Object.keys(input));
      return record;
    });
  }

  /** Applies a JSON merge patch (RFC 7396); one that changes nothing is not recorded. */
  async update(
    actor: Actor,
    tenant: ProjectTenant,
    patch: Record<string, unknown>,
    ifMatch?: IfMatch,
  ): Promise<Project> {
    const fields = parseInput(projectPatch, patch, TENANT_READ_ONLY);
    const { database, repository } = this.deps;
    return database.transaction(async (tx) => {
      const before = found(await repository.lock(tx, tenant.projectId), 'project');
      checkVersion(before, ifMatch, 'project');
      const changed = changedFields(before, toCamel(fields));
      if (changed.length === 0) return before;
      if (!(await repository.update(tx, tenant.projectId, fields))) throw slugTaken('project');
      await this.#record(tx, actor, 'project.updated', tenant, changed);
      return found(await repository.find(tenant.projectId, tx), 'project');
    });
  }

  /** Deletes the roles in it too. Throws AppError `conflict` while it has clients. */
  async delete(actor: Actor, tenant: ProjectTenant, ifMatch?: IfMatch): Promise<void> {
    const { database, repository } = this.deps;
    await database.transaction(async (tx) => {
      checkVersion(found(await repository.lock(tx, tenant.projectId), 'project'), ifMatch, 'project');
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
    action: AuditAction,
    tenant: ProjectTenant,
    changed: string[],
  ): Promise<void> {
    const target = { targetId: tenant.projectId, ...tenant };
    return this.deps.audit.record(tx, { actor, action, ...target, changedFields: changed });
  }
}
