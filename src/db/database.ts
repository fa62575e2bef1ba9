import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { AppError } from '../errors.js';
import { Lanes } from './lanes.js';
import { assertWritable } from './writable.js';

/** How to reach PostgreSQL: a URL, or the socket of the embedded one. */
export type Connection = string | { host: string; port: number; user: string; database: string };

/**
 * All statements look rows up by an index: a plan made while a table was empty must not stay a sequential scan when it has
 * grown, and a list with a filter that no index helps still goes by the index of its order.
 */
const PLANNER_OPTIONS = '-c enable_seqscan=off -c jit=off';

/** Whatever runs the registry's SQL: the database itself, or a transaction of it. */
export type Sql = Knex;
/** A transaction in progress; services pass it on and never look inside. */
export type Transaction = Knex.Transaction;

/** One statement, prepared once per connection under its name, unless the database was opened without that. */
export interface Statement {
  name: string;
  text: string;
  values: unknown[];
}

/** Lanes for either kind: a write that waits for the disk must not keep what only reads behind it. */
const LANES = 2;

/**
 * The connections of one process, all opened on demand: pipelined ones for what requests need, one statement at a time
 * (`read` and `write`); `sql` (knex) for the registry and its transactions; `pool` for what needs a connection to itself.
 */
export class Database {
  readonly sql: Knex;
  readonly pool: pg.Pool;
  readonly #reads: Lanes;
  readonly #writes: Lanes;

  /**
   * @param size connections of the registry; pipelined ones are four, however much is going on
   * @param prepared false for a pooler that hands out another connection for each transaction and knows no prepared
   *   statements: they are sent unnamed, and so planned anew each time, and no options are sent, which it would refuse
   */
  constructor(
    connection: Connection,
    size: number,
    onError: (error: Error) => void,
    private readonly prepared = true,
  ) {
    const config = typeof connection === 'string' ? { connectionString: connection } : connection;
    const common = {
      ...config,
      application_name: 'postern',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      ...(prepared ? { options: PLANNER_OPTIONS } : {}),
    };
    this.#reads = new Lanes(common, LANES, onError);
    this.#writes = new Lanes(common, LANES, onError);
    this.pool = new pg.Pool({ ...common, max: size });
    this.pool.on('error', onError);
    this.sql = knexFactory({
      client: 'pg',
      connection: common,
      pool: { min: 0, max: Math.max(2, Math.ceil(size / 2)), afterCreate },
      acquireConnectionTimeout: 5_000,
      // knex would print to the console what it throws anyway.
      log: { warn: ignore, error: ignore, deprecate: ignore, debug: ignore },
    });
  }

  /** Runs a statement that changes nothing. */
  read<R extends pg.QueryResultRow>(statement: Statement): Promise<pg.QueryResult<R>> {
    return this.#reads.query<R>(this.#sent(statement));
  }

  /** Runs a statement that is a transaction of its own. */
  write<R extends pg.QueryResultRow>(statement: Statement): Promise<pg.QueryResult<R>> {
    return this.#writes.query<R>(this.#sent(statement));
  }

  #sent({ name, text, values }: Statement): pg.QueryConfig {
    return this.prepared ? { name, text, values } : { text, values };
  }

  /** Runs the work in one transaction: all of it, or, when it throws, none. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.sql.transaction(work);
  }

  /** Resolves when PostgreSQL answers. Throws AppError `unavailable` when it does not. */
  async ping(): Promise<void> {
    try {
      await this.read({ name: 'ping', text: 'SELECT 1', values: [] });
    } catch (cause) {
      throw new AppError('unavailable', 'The database does not answer.', { cause });
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#reads.close(), this.#writes.close(), this.pool.end(), this.sql.destroy()]);
  }
}

function afterCreate(client: pg.Client, done: (error: unknown, client: pg.Client) => void): void {
  assertWritable(client).then(
    () => done(null, client),
    (error: unknown) => done(error, client),
  );
}

function ignore(): void {
  return undefined;
}
