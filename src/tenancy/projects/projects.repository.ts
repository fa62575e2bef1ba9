import type { Database, Transaction } from '../../platform/db/database.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import type { Condition } from '../../platform/paging/select-slice.js';
import type { CamelKeys } from '../../platform/wire/snake-case.js';
import { type TenantRow, TenantTable } from '../tenants/tenant-table.js';

interface Row extends TenantRow {
  org_id: string;
}

/** A project: what clients belong to. */
export type Project = CamelKeys<Row>;
/** The columns of a new project, beside its organization. */
export type ProjectFields = Pick<Row, 'slug' | 'name'>;

/** The SQL of projects. */
export class ProjectsRepository extends TenantTable<Row> {
  constructor(database: Database) {
    super(database, 'projects', ['id', 'org_id', 'slug', 'name', 'version', 'created_at', 'updated_at']);
  }

  /** Those of an organization, newest first; only those of these ids, when there are ids. */
  list(orgId: string, ids: readonly string[] | undefined, slice: Slice): Promise<Positioned<Project>[]> {
    const inOrganization: Condition = ['org_id = ?', orgId];
    return this.selectSlice(ids ? [inOrganization, ['id = ANY (?::uuid[])', ids]] : [inOrganization], slice);
  }

  /** Undefined when the slug is taken in this organization. */
  insert(tx: Transaction, orgId: string, fields: ProjectFields): Promise<Project | undefined> {
    return this.insertRow(tx, { org_id: orgId, ...fields }, ['org_id', 'slug']);
  }
}
