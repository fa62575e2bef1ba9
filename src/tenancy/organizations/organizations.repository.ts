import type { Database, Transaction } from '../../platform/db/database.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import type { CamelKeys } from '../../platform/wire/snake-case.js';
import { type TenantRow, TenantTable } from '../tenants/tenant-table.js';

interface Row extends TenantRow {
  membership_open: boolean;
  second_factor: 'optional' | 'required';
}

/** An organization: owner of projects, and through them of clients. */
export type Organization = CamelKeys<Row>;
/** The columns of a new organization. */
export type OrganizationFields = Pick<Row, 'slug' | 'name' | 'membership_open' | 'second_factor'>;

/** The SQL of organizations. */
export class OrganizationsRepository extends TenantTable<Row> {
  constructor(database: Database) {
    super(database, 'organizations', [
      'id',
      'slug',
      'name',
      'membership_open',
      'second_factor',
      'version',
      'created_at',
      'updated_at',
    ]);
  }

  /** Newest first; only those of these ids, when there are ids. */
  list(ids: readonly string[] | undefined, slice: Slice): Promise<Positioned<Organization>[]> {
    return this.selectSlice(ids ? [['id = ANY (?::uuid[])', ids]] : [], slice);
  }

  /** Undefined when the slug is taken. */
  insert(tx: Transaction, fields: OrganizationFields): Promise<Organization | undefined> {
    return this.insertRow(tx, fields, ['slug']);
  }

  protected override async deleteRow(tx: Transaction, id: string): Promise<void> {
    await tx('projects').where('org_id', id).delete();
    await super.deleteRow(tx, id);
  }
}
