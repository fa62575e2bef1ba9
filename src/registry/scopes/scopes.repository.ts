import { Lookup } from '../../platform/db/lookup.js';
import { toCamel, toSnake } from '../../platform/wire/snake-case.js';
import type { SnakeKeys } from '../../platform/wire/snake-case.js';
import type { Database, Transaction } from '../../platform/db/database.js';
import { ADMIN_API_ID } from '../apis/api-record.js';
import {
  ADMINISTRATION,
  type DescribedScope,
  type ScopeRecord,
  type ScopeSettings,
  toScopeRecord,
} from './scope-record.js';

/** Which scopes to list. */
export interface ScopeFilter {
  category?: string;
  apiId?: string;
  retired?: boolean;
}

type Row = SnakeKeys<ScopeRecord>;
type DescribedRow = Omit<DescribedScope, 'api'> & { api_name: string | null; audience: string | null };

const COLUMNS: (keyof Row)[] = [
  'name',
  'title',
  'description',
  'category',
  'api_id',
  'retired_at',
  'version',
  'created_at',
  'updated_at',
];

const DESCRIBE = `SELECT s.name, s.title, s.description, s.category, a.name AS api_name, a.audience
  FROM scopes s LEFT JOIN apis a ON a.id = s.api_id WHERE s.name = ANY($1)`;

/** The SQL of the scope catalogue. */
export class ScopesRepository {
  readonly #described: Lookup<DescribedScope[]>;

  constructor(private readonly database: Database) {
    this.#described = new Lookup((lists) => this.#describeLists(lists));
  }

  /**
   * The entries of these names that exist, retired ones too, with their APIs. Names have no blanks (RFC 6749 section
   * 3.3).
   */
  async describe(names: readonly string[]): Promise<DescribedScope[]> {
    return names.length === 0 ? [] : ((await this.#described.find(names.join(' '))) ?? []);
  }

  async #describeLists(lists: string[]): Promise<Map<string, DescribedScope[]>> {
    const names = [...new Set(lists.flatMap((list) => list.split(' ')))];
    const { rows } = await this.database.read<DescribedRow>({
      name: 'scopes_describe',
      text: DESCRIBE,
      values: [names],
    });
    const scopes = new Map(
      rows.map(({ api_name: name, audience, ...scope }) => [
        scope.name,
        { ...scope, api: name === null || audience === null ? null : { name, audience } },
      ]),
    );
    return new Map(lists.map((list) => [list, list.split(' ').flatMap((name) => scopes.get(name) ?? [])]));
  }

  /**
   * The names among these that may be given to clients now. In a transaction they are locked: none can be
   * retired, moved or deleted until it ends.
   */
  async findUsable(names: readonly string[], tx?: Transaction): Promise<string[]> {
    const query = (tx ?? this.database.sql)<Row>('scopes')
      .whereIn('name', [...names])
      .whereNull('retired_at')
      .orderBy('name');
    const rows = await (tx ? query.forShare() : query).select('name');
    return rows.map(({ name }) => name);
  }

  /** The names among these that exist, retired or not, in any category but this one. */
  async findOutside(category: string, names: readonly string[], tx: Transaction): Promise<string[]> {
    return tx<Row>('scopes')
      .whereIn('name', [...names])
      .whereNot({ category })
      .pluck('name');
  }

  /** The names of the scopes that no API has, retired ones too. */
  async plainNames(): Promise<string[]> {
    return this.database.sql<Row>('scopes').whereNull('api_id').orderBy('name').pluck('name');
  }

  /** The names of the scopes of APIs that are open to registration, without retired ones. */
  async namesOpenToRegistration(): Promise<string[]> {
    return this.database
      .sql('scopes as s')
      .join('apis as a', 'a.id', 's.api_id')
      .where('a.open_to_registration', true)
      .whereNull('s.retired_at')
      .orderBy('s.name')
      .pluck('s.name');
  }

  /** By name, behind `after`. */
  async list(filter: ScopeFilter, limit: number, after?: string): Promise<ScopeRecord[]> {
    const query = this.database.sql<Row>('scopes').orderBy('name').limit(limit).select<Row[]>(COLUMNS);
    if (after !== undefined) void query.where('name', '>', after);
    if (filter.category !== undefined) void query.where('category', filter.category);
    if (filter.apiId === ADMIN_API_ID) void query.where('category', ADMINISTRATION);
    else if (filter.apiId !== undefined) void query.where('api_id', filter.apiId);
    if (filter.retired === true) void query.whereNotNull('retired_at');
    if (filter.retired === false) void query.whereNull('retired_at');
    return (await query).map(toRecord);
  }

  async find(name: string): Promise<ScopeRecord | undefined> {
    const row = await this.database.sql<Row>('scopes').where({ name }).first<Row | undefined>(COLUMNS);
    return row && toRecord(row);
  }

  /** As `find`; no other transaction changes the scope or gives it to a client before this one ends. */
  async lock(tx: Transaction, name: string): Promise<ScopeRecord | undefined> {
    const row = await tx<Row>('scopes').where({ name }).forUpdate().first<Row | undefined>(COLUMNS);
    return row && toRecord(row);
  }

  /** Locks the scopes of an API, as `lock` does, and returns their names. */
  async lockOfApi(tx: Transaction, apiId: string): Promise<string[]> {
    const rows = await tx<Row>('scopes').where({ api_id: apiId }).orderBy('name').forUpdate().select('name');
    return rows.map(({ name }) => name);
  }

  /** Undefined when the name is taken. */
  async insert(tx: Transaction, name: string, settings: ScopeSettings): Promise<ScopeRecord | undefined> {
    const rows: Row[] = await tx<Row>('scopes')
      .insert({ name, ...toSnake(settings) })
      .onConflict('name')
      .ignore()
      .returning(COLUMNS);
    return rows.map(toRecord)[0];
  }

  async update(
    tx: Transaction,
    name: string,
    changes: Partial<ScopeSettings>,
    retired: boolean,
  ): Promise<ScopeRecord | undefined> {
    const rows: Row[] = await tx('scopes')
      .where({ name })
      .update({
        ...toSnake(changes),
        retired_at: retired ? tx.raw('coalesce(retired_at, now())') : null,
        version: tx.raw('version + 1'),
        updated_at: tx.fn.now(),
      })
      .returning(COLUMNS);
    return rows.map(toRecord)[0];
  }

  async delete(tx: Transaction, names: readonly string[]): Promise<void> {
    await tx('scopes')
      .whereIn('name', [...names])
      .delete();
  }
}

function toRecord(row: Row): ScopeRecord {
  return toScopeRecord(toCamel(row));
}
