import type { Database, Transaction } from '../../platform/db/database.js';
import { type SnakeKeys, toCamel } from '../../platform/wire/snake-case.js';
import type { DescribedDetailsType, DetailsTypeRecord, DetailsTypeSettings } from './details-type-record.js';

const TABLE = 'authorization_details_types';

type Row = SnakeKeys<DetailsTypeRecord>;
type DescribedRow = Row & {
  api_name: string | null;
  audience: string | null;
  open_to_registration: boolean | null;
};

const COLUMNS: (keyof Row)[] = [
  'type',
  'title',
  'consent_template',
  'schema',
  'api_id',
  'version',
  'created_at',
  'updated_at',
];

/** The SQL of the types of authorization details. */
export class DetailsTypesRepository {
  constructor(private readonly database: Database) {}

  /** By type, behind `after`. */
  async list(apiId: string | undefined, limit: number, after?: string): Promise<DetailsTypeRecord[]> {
    const query = this.database.sql<Row>(TABLE).orderBy('type').limit(limit).select<Row[]>(COLUMNS);
    if (after !== undefined) void query.where('type', '>', after);
    if (apiId !== undefined) void query.where('api_id', apiId);
    return (await query).map(toRecord);
  }

  /** These types that exist, or all, with their APIs, by type. */
  async describe(types?: readonly string[]): Promise<DescribedDetailsType[]> {
    const query = this.database
      .sql(`${TABLE} as t`)
      .leftJoin('apis as a', 'a.id', 't.api_id')
      .orderBy('t.type')
      .select<DescribedRow[]>([
        ...COLUMNS.map((name) => `t.${name}`),
        'a.name as api_name',
        'a.audience',
        'a.open_to_registration',
      ]);
    if (types) void query.whereIn('t.type', [...types]);
    return (await query).map(({ api_name: name, audience, open_to_registration: isOpen, ...row }) => ({
      ...toRecord(row),
      api:
        name === null || audience === null ? null : { name, audience, openToRegistration: isOpen === true },
    }));
  }

  /** The names among these that exist. In a transaction none of them can be deleted until it ends. */
  async findUsable(types: readonly string[], tx?: Transaction): Promise<string[]> {
    const query = (tx ?? this.database.sql)<Row>(TABLE)
      .whereIn('type', [...types])
      .orderBy('type');
    const rows = await (tx ? query.forShare() : query).select('type');
    return rows.map(({ type }) => type);
  }

  async find(type: string): Promise<DetailsTypeRecord | undefined> {
    const row = await this.database.sql<Row>(TABLE).where({ type }).first<Row | undefined>(COLUMNS);
    return row && toRecord(row);
  }

  /** As `find`; no other transaction changes the type or gives it to a client before this one ends. */
  async lock(tx: Transaction, type: string): Promise<DetailsTypeRecord | undefined> {
    const row = await tx<Row>(TABLE).where({ type }).forUpdate().first<Row | undefined>(COLUMNS);
    return row && toRecord(row);
  }

  /** Undefined when the type is taken. */
  async insert(
    tx: Transaction,
    type: string,
    settings: DetailsTypeSettings,
  ): Promise<DetailsTypeRecord | undefined> {
    const rows: Row[] = await tx(TABLE)
      .insert({ type, ...toColumns(settings) })
      .onConflict('type')
      .ignore()
      .returning(COLUMNS);
    return rows.map(toRecord)[0];
  }

  async update(
    tx: Transaction,
    type: string,
    settings: DetailsTypeSettings,
  ): Promise<DetailsTypeRecord | undefined> {
    const rows: Row[] = await tx(TABLE)
      .where({ type })
      .update({ ...toColumns(settings), version: tx.raw('version + 1'), updated_at: tx.fn.now() })
      .returning(COLUMNS);
    return rows.map(toRecord)[0];
  }

  async delete(tx: Transaction, type: string): Promise<void> {
    await tx(TABLE).where({ type }).delete();
  }

  /** How many clients, live or deleted and not purged yet, have the type. */
  async countClients(tx: Transaction, type: string): Promise<number> {
    const { rows } = await tx.raw<{ rows: { count: number }[] }>(
      'SELECT count(*)::int AS count FROM oauth_clients WHERE authorization_details_types @> ARRAY[?]::text[]',
      [type],
    );
    return rows[0]?.count ?? 0;
  }

  /** The types of the API. */
  async ofApi(tx: Transaction, apiId: string): Promise<string[]> {
    return tx<Row>(TABLE).where({ api_id: apiId }).orderBy('type').pluck('type');
  }
}

function toColumns({ title, consentTemplate, schema, apiId }: DetailsTypeSettings) {
  return { title, consent_template: consentTemplate, schema: JSON.stringify(schema), api_id: apiId };
}

function toRecord(row: Row): DetailsTypeRecord {
  return toCamel(row);
}
