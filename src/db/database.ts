import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { AppError } from '../errors.js';

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

/**
 * The connections of one process: `sql` (knex) for the registry and its transactions, `pool` (raw pg, named prepared
 * statements) for the artifacts, which are most of the traffic.
 */
export class Database {
  readonly sql: Knex;
  readonly pool: pg.Pool;

  /** @param size connections of the artifact pool; the registry has half as many, both open on demand. */
  constructor(connection: Connection, size: number, onError: (error: Error) => void) {
    const config = typeof connection === 'string' ? { connectionString: connection } : connection;
    const common = {
      ...config,
      application_name: 'postern',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    };
    this.pool = new pg.Pool({ ...common, max: size, options: PLANNER_OPTIONS });
    this.pool.on('error', onError);
    this.sql = knexFactory({
      client: 'pg',
      connection: { ...common, options: PLANNER_OPTIONS },
      pool: { min: 0, max: Math.max(2, Math.ceil(size / 2)) },
      acquireConnectionTimeout: 5_000,
      // knex would print to the console what it throws anyway.
      log: { warn: ignore, error: ignore, deprecate: ignore, debug: ignore },
    });
  }

  /** Runs the work in one transaction: all of it, or, when it throws, none. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.sql.transaction(work);
  }

  /** Resolves when PostgreSQL answers. Throws AppError `unavailable` when it does not. */
  async ping(): Promise<void> {
    try {
      await this.pool.query('SELECT 1');
    } catch (cause) {
      throw new AppError('unavailable', 'The database does not answer.', { cause });
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.end(), this.sql.destroy()]);
  }
}

function ignore(): void {
  return undefined;
}
