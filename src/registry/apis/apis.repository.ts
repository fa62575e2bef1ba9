import { type SnakeKeys, toCamel, toSnake } from '../../platform/wire/snake-case.js';
import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import { Lookup } from '../../platform/db/lookup.js';
import type { Positioned, Slice } from '../../platform/paging/page.js';
import { selectSlice } from '../../platform/paging/select-slice.js';
import type { ApiRecord, ApiSettings } from './api-record.js';

type Row = SnakeKeys<ApiRecord>;

const COLUMNS = `a.id, a.audience, a.name, a.org_id, a.access_token_format, a.signing_alg, a.access_token_typ,
  a.access_token_ttl, a.open_to_registration, a.version,
  a.created_at, a.updated_at,
  ARRAY(SELECT s.name FROM scopes s WHERE s.api_id = a.id ORDER BY s.name) AS scopes`;
const FIND_BY_AUDIENCE = `SELECT ${COLUMNS} FROM apis a WHERE a.audience = ANY($1)`;

/** The SQL of the APIs; the built-in admin API is not one of its rows. */
export class ApisRepository {
  readonly #byAudience: Lookup<ApiRecord>;

  constructor(private readonly database: Database) {
    this.#byAudience = new Lookup(async (audiences) => {
      const query = { name: 'apis_find_by_audience', text: FIND_BY_AUDIENCE, values: [audiences] };
      const { rows } = await database.read<Row>(query);
      return new Map(rows.map((row) => [row.audience, toCamel(row)]));
    });
  }

  /** For requests that name the audience. */
  findByAudience(audience: string): Promise<ApiRecord | undefined> {
    return this.#byAudience.find(audience);
  }

  async find(id: string, sql: Sql = this.database.sql): Promise<ApiRecord | undefined> {
    const { rows } = await sql.raw<{ rows: Row[] }>(`SELECT ${COLUMNS} FROM apis a WHERE a.id = ?`, [id]);
    return rows.map((row) => toCamel(row))[0];
  }

  /** As `find`; no other transaction changes the API or gives it scopes before this one ends. */
  async lock(tx: Transaction, id: string): Promise<ApiRecord | undefined> {
    // A statement that waits for a lock sees other tables as they were before; so the scopes are read by a second one.
    await tx('apis').where({ id }).forUpdate().select('id');
    return this.find(id, tx);
  }

  /** Whether there is such an API; it cannot be deleted before the transaction ends. */
  async lockForShare(tx: Transaction, id: string): Promise<boolean> {
    return (await tx('apis').where({ id }).forKeyShare().select('id')).length === 1;
  }

  /** Whether there is such an organization; it cannot be deleted before the transaction ends. */
  async lockOrganization(tx: Transaction, id: string): Promise<boolean> {
    return (await tx('organizations').where({ id }).forKeyShare().select('id')).length === 1;
  }

  /** Newest first. */
  list(slice: Slice): Promise<Positioned<ApiRecord>[]> {
    const list = { columns: COLUMNS, from: 'apis a', time: 'a.created_at', id: 'a.id' };
    return selectSlice(this.database.sql, list, slice, (row: Row) => toCamel(row));
  }

  /** The new row's id, or undefined when the audience is another API's. */
  async insert(tx: Transaction, audience: string, settings: ApiSettings): Promise<string | undefined> {
    const rows = await tx('apis')
      .insert({ audience, ...toSnake(settings) })
      .onConflict('audience')
      .ignore()
      .returning<{ id: string }[]>('id');
    return rows[0]?.id;
  }

  async update(tx: Transaction, id: string, settings: ApiSettings): Promise<void> {
    await tx('apis')
      .where({ id })
      .update({ ...toSnake(settings), version: tx.raw('version + 1'), updated_at: tx.fn.now() });
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx('apis').where({ id }).delete();
  }
}
