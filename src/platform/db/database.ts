import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { AppError } from '../errors/errors.js';
import { isUnavailable } from './availability.js';
import { identityOf, type TransactionIdentity, wasCommitted } from './commit-outcome.js';
import { clientTimeout, endWhenSilent, limitOptions, withOptions } from './connection-limits.js';
import { PipelinedConnections } from './pipelined-connections.js';
import { assertWritable } from './writable.js';

/** How to reach PostgreSQL: a URL, or a Unix socket. */
export type DatabaseAddress = string | SocketAddress;

/** For `pg`: a server's Unix socket by its directory, which is `host`. */
export interface SocketAddress {
  host: string;
  port: number;
  user: string;
  database: string;
}

/**
 * For connections with prepared statements, whose plans are kept: one made while a table was empty would stay a sequential
 * scan when the table has grown, and one made before statistics were collected a bitmap of all rows that match, sorted,
 * where the first rows of the index are asked for. Each of these statements has its index, where its tables grow.
 */
const PLANNER_OPTIONS = '-c enable_seqscan=off -c enable_bitmapscan=off -c jit=off';

/** What runs the registry's SQL: the database itself, or a transaction of it. */
export type Sql = Knex;
/** A transaction in progress, which services pass on to repositories. */
export type Transaction = Knex.Transaction;

/** One statement, prepared once per connection under its name unless preparation is off. */
export interface Statement {
  name: string;
  text: string;
  values: unknown[];
}

const ignore = (): void => undefined;
/** knex would print to the console what it throws anyway. */
const SILENT = { warn: ignore, error: ignore, deprecate: ignore, debug: ignore };

/** Of each kind: a write that waits for the disk must not delay reads behind it. */
const PIPELINED_CONNECTIONS = 2;
const BACKGROUND_CONNECTIONS = 2;
/** How many times as long as of a request a statement of `background` may take. */
const BACKGROUND_TIMEOUT_FACTOR = 4;
const UNLIMITED_CONNECTIONS = 3;

/** How busy the connections of a process are at a moment. */
export interface DatabaseLoad {
  /** Connections of `sql`. */
  used: number;
  free: number;
  /** Who waits for a connection of `sql`. */
  waiting: number;
  /** Statements of `read` and `write` without a result. */
  reads: number;
  writes: number;
}

/** Runs a statement by calling `run`. Resolves and throws as that does. */
export type StatementObserver = <T>(statement: Statement, run: () => Promise<T>) => Promise<T>;

/** How a process uses its connections. */
export interface DatabaseOptions {
  /** Seconds that a statement, or making a connection, may take before it is ended. */
  timeout?: number;
  /**
   * False for a pooler that gives each transaction another connection and knows no prepared statements: statements are
   * sent unnamed, and so planned each time, and no options are sent, which it would refuse.
   */
  prepared?: boolean;
}

/**
 * The connections of one process to PostgreSQL, all opened on demand. There are six ways to run SQL:
 *
 * | Method            | For                                           | Connections                       | Timeout | Prepared | Planner    |
 * | ----------------- | --------------------------------------------- | --------------------------------- | ------- | -------- | ---------- |
 * | `read`            | what a request reads; autocommit              | 2, pipelined                      | yes     | yes      | index only |
 * | `write`           | what a request writes; autocommit             | 2, pipelined, other than for reads | yes    | yes      | index only |
 * | `background`      | deleting in pieces; autocommit                | pool of 2                         | 4 times | yes      | index only |
 * | `sql`             | the registry, with knex                       | pool of DATABASE_POOL_SIZE        | yes     | no       | default    |
 * | `transaction`     | several statements, all or none, with knex    | one of the pool of `sql`          | each statement | no | default   |
 * | `withoutTimeouts` | migrations, with knex                         | pool of 3, closed afterwards      | no      | no       | default    |
 *
 * Timeout: DATABASE_TIMEOUT for a statement; making a connection always has it, and so has waiting for one of `sql`.
 * `background` has 4 times as long: without an end, a network that swallows everything would hold up all later jobs.
 * Prepared: unless DATABASE_PREPARED_STATEMENTS is false. Index only: see PLANNER_OPTIONS.
 */
export class Database {
  readonly sql: Knex;
  readonly #reads: PipelinedConnections;
  readonly #writes: PipelinedConnections;
  readonly #background: pg.Pool;
  readonly #timeout: number;
  readonly #prepared: boolean;
  #observer: StatementObserver | undefined;

  /** @param size connections of `sql` at most; the others are six at most, without those of `withoutTimeouts` */
  constructor(
    private readonly address: DatabaseAddress,
    size: number,
    onError: (error: Error) => void,
    { timeout = 5, prepared = true }: DatabaseOptions = {},
  ) {
    this.#timeout = timeout;
    this.#prepared = prepared;
    const limits = limitOptions(timeout);
    const pipelined = { ...this.#config(PLANNER_OPTIONS, limits), query_timeout: clientTimeout(timeout) };
    this.#reads = new PipelinedConnections(pipelined, PIPELINED_CONNECTIONS, onError);
    this.#writes = new PipelinedConnections(pipelined, PIPELINED_CONNECTIONS, onError);
    const long = timeout * BACKGROUND_TIMEOUT_FACTOR;
    this.#background = new pg.Pool({
      ...this.#config(PLANNER_OPTIONS, limitOptions(long)),
      query_timeout: clientTimeout(long),
      max: BACKGROUND_CONNECTIONS,
    });
    this.#background.on('error', onError);
    this.sql = knexFactory({
      client: 'pg',
      connection: this.#config(limits),
      pool: {
        min: 0,
        max: Math.max(2, size),
        afterCreate: (client: pg.Client, done: (error: unknown, client: pg.Client) => void) => {
          endWhenSilent(client, clientTimeout(timeout));
          assertWritable(client).then(
            () => done(null, client),
            (error: unknown) => done(error, client),
          );
        },
      },
      acquireConnectionTimeout: timeout * 1_000,
      log: SILENT,
    });
  }

  /** Runs a statement that changes nothing. */
  read<R extends pg.QueryResultRow>(statement: Statement): Promise<pg.QueryResult<R>> {
    return this.#run(statement, (sent) => this.#reads.query<R>(sent));
  }

  /** Runs a statement that is a transaction of its own. */
  write<R extends pg.QueryResultRow>(statement: Statement): Promise<pg.QueryResult<R>> {
    return this.#run(statement, (sent) => this.#writes.query<R>(sent));
  }

  /** Runs a statement that is a transaction of its own, for longer than others, without delaying requests. */
  background<R extends pg.QueryResultRow>(statement: Statement): Promise<pg.QueryResult<R>> {
    return this.#run(statement, (sent) => this.#background.query<R>(sent));
  }

  /**
   * Has later statements of `read`, `write` and `background` pass through the observer. Those of `sql` have knex's
   * events.
   */
  observe(observer: StatementObserver): void {
    this.#observer = observer;
  }

  /** Runs work whose statements may take any time, on connections of its own. */
  async withoutTimeouts<T>(work: (sql: Knex) => Promise<T>): Promise<T> {
    const pool = { min: 0, max: UNLIMITED_CONNECTIONS };
    const sql = knexFactory({ client: 'pg', connection: this.#config(), pool, log: SILENT });
    try {
      return await work(sql);
    } finally {
      await sql.destroy();
    }
  }

  /**
   * Runs the work in one transaction: all of it or, when it throws, none. When the answer to COMMIT is lost, PostgreSQL is
   * asked for the outcome; only if it cannot tell, the error leaves open whether the work was done.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    let finished: { identity: TransactionIdentity; result: T } | undefined;
    try {
      return await this.sql.transaction(async (tx) => {
        const result = await work(tx);
        const identity = await identityOf(tx);
        if (identity) finished = { identity, result };
        return result;
      });
    } catch (error) {
      if (!finished || !isUnavailable(error)) throw error;
      const read = this.read.bind(this)<{ status: string | null }>;
      if (!(await wasCommitted(read, finished.identity).catch(() => false))) throw error;
      return finished.result;
    }
  }

  get load(): DatabaseLoad {
    // knex's pool (tarn) is not in its types.
    const { pool } = this.sql.client as {
      pool: Record<`num${'Used' | 'Free' | 'PendingAcquires'}`, () => number>;
    };
    return {
      used: pool.numUsed(),
      free: pool.numFree(),
      waiting: pool.numPendingAcquires(),
      reads: this.#reads.pending,
      writes: this.#writes.pending,
    };
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
    await Promise.all([
      this.#reads.close(),
      this.#writes.close(),
      this.#background.end(),
      this.sql.destroy(),
    ]);
  }

  #run<T>(statement: Statement, send: (query: pg.QueryConfig) => Promise<T>): Promise<T> {
    const { name, text, values } = statement;
    const query = this.#prepared ? { name, text, values } : { text, values };
    return this.#observer ? this.#observer(statement, () => send(query)) : send(query);
  }

  #config(...all: string[]) {
    const { address } = this;
    const options = this.#prepared ? all.join(' ') : '';
    const server =
      typeof address === 'string' ? { connectionString: withOptions(address, options) } : address;
    return {
      ...server,
      application_name: 'postern',
      connectionTimeoutMillis: this.#timeout * 1_000,
      keepAlive: true,
      ...(options === '' ? {} : { options }),
    };
  }
}
