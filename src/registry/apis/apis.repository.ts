import { type SnakeKeys, toCamel, toSnake } from '../../platform/wire/snake-case.js';
import type { Database, Sql, Transaction } from '../../platform/db/database.js';
import { Lookup } from '../../platform/db/lookup.js';
import type { Position } from '../../platform/paging/cursor.js';
import type { ApiRecord, ApiSettings } from './api-record.js';

type Row = SnakeKeys<ApiRecord>;

const COLUMNS = `a.id, a.audience, a.name, a.access_token_format, a.signing_alg, a.access_token_ttl, a.version,
  a.created_at, a.updated_at,
  ARRAY(SELECT s.name FROM scopes s WHERE s.api_id = a.id ORDER BY s.name) AS scopes`;
const POSITION = `to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position`;
const FIND_BY_AUDIENCE = `SELECT ${COLUMNS} FROM apis a WHERE a.audience = ANY($1)`;

/** The SQL of the APIs; our own admin API is no row here. */
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

  /** As `find`, and nobody else changes the API, or gives it scopes, before the transaction ends. */
  async lock(tx: Transaction, id: string): Promise<ApiRecord | undefined> {
    // A statement that waits for a lock sees other tables as they were before; so the scopes are read by a second one.
    await tx('apis').where({ id }).forUpdate().select('id');
    return this.find(id, tx);
  }

  /** Whether there is such an API; it will not be removed before the transaction ends. */
  async hold(tx: Transaction, id: string): Promise<boolean> {
    return (await tx('apis').where({ id }).forKeyShare().select('id')).length === 1;
  }

  /** Newest first, behind `after`. */
  async list(limit: number, after?: Position): Promise<{ record: ApiRecord; position: Position }[]> {
    const where = after ? 'WHERE (a.created_at, a.id) < (?::timestamptz, ?::uuid)' : '';
    const { rows } = await this.database.sql.raw<{ rows: (Row & { position: string })[] }>(
      `SELECT ${COLUMNS}, ${POSITION} FROM apis a ${where}
       ORDER BY a.created_at DESC, a.id DESC LIMIT ${String(limit)}`,
      after ? [after.createdAt, after.id] : [],
    );
    return rows.map(({ position, ...row }) => ({
      record: toCamel(row),
      position: { createdAt: position, id: row.id },
    }));
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
