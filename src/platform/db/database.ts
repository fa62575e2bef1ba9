import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { AppError } from '../errors/errors.js';
import { isUnavailable } from './availability.js';
import { PipelinedConnections } from './pipelined-connections.js';
import { assertWritable } from './writable.js';

/** How to reach PostgreSQL: a URL, or the socket of the embedded one. */
export type DatabaseAddress = string | { host: string; port: number; user: string; database: string };

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

/**
 * What PostgreSQL does about a node that vanished without a word, so that its locks do not stay: asks after 10 s of
 * silence, gives up after three more times 5 s, and ends a transaction in which nothing happens for a minute.
 */
const ABANDONED = {
  tcp_keepalives_idle: 10,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 3,
  idle_in_transaction_session_timeout: 60_000,
};
const GRACE_MILLISECONDS = 500;

/** Of a transaction that has changed nothing, `id` is null. */
const IDENTITY = `SELECT pg_current_xact_id_if_assigned()::text AS id, extract(epoch FROM stats_reset)::text AS era
  FROM pg_stat_bgwriter`;
/**
 * A server that has crashed since, or another one in its place, may have given the number to somebody else's transaction;
 * both have begun their statistics anew.
 */
const OUTCOME = `SELECT CASE WHEN extract(epoch FROM stats_reset)::text = $2 THEN pg_xact_status($1::xid8) END AS status
  FROM pg_stat_bgwriter`;
/** A session that has lost its client ends what it was doing first. */
const MAX_LOOKS = 10;
const LOOK_MILLISECONDS = 50;

const ignore = (): void => undefined;
/** knex would print to the console what it throws anyway. */
const SILENT = { warn: ignore, error: ignore, deprecate: ignore, debug: ignore };

/** Lanes for either kind: a write that waits for the disk must not keep what only reads behind it. */
const LANES = 2;
const POOL = 2;

/** How a process uses its connections. */
export interface DatabaseOptions {
  /** Seconds that a statement, or making a connection, may take before it is given up. */
  timeout?: number;
  /**
   * False for a pooler that hands out another connection for each transaction and knows no prepared statements: they are
   * sent unnamed, and so planned anew each time, and no options are sent, which it would refuse.
   */
  prepared?: boolean;
}

/**
 * The connections of one process, all opened on demand: pipelined ones for what requests need, one statement at a time
 * (`read` and `write`); `sql` (knex) for the registry and its transactions; `pool` for what may take its time.
 */
export class Database {
  readonly sql: Knex;
  readonly pool: pg.Pool;
  readonly #reads: PipelinedConnections;
  readonly #writes: PipelinedConnections;
  readonly #timeout: number;
  readonly #prepared: boolean;

  /** @param size connections of the registry at most; there are up to six others, however much is going on */
  constructor(
    private readonly connection: DatabaseAddress,
    size: number,
    onError: (error: Error) => void,
    { timeout = 5, prepared = true }: DatabaseOptions = {},
  ) {
    this.#timeout = timeout;
    this.#prepared = prepared;
    const common = this.#config(`${PLANNER_OPTIONS} ${this.#limits()}`);
    // PostgreSQL says so first, if it can still say anything.
    const impatient = { ...common, query_timeout: timeout * 1_000 + GRACE_MILLISECONDS };
    this.#reads = new PipelinedConnections(impatient, LANES, onError);
    this.#writes = new PipelinedConnections(impatient, LANES, onError);
    this.pool = new pg.Pool({ ...this.#config(PLANNER_OPTIONS), max: POOL });
    this.pool.on('error', onError);
    this.sql = knexFactory({
      client: 'pg',
      connection: common,
      pool: {
        min: 0,
        max: Math.max(2, size),
        afterCreate: (client: pg.Client, done: (error: unknown, client: pg.Client) => void) => {
          giveUpAfter(client, timeout * 1_000 + GRACE_MILLISECONDS);
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

  /** Runs work that may take its time, on connections without limits that are closed afterwards. */
  async withoutTimeouts<T>(work: (sql: Knex) => Promise<T>): Promise<T> {
    const config = this.#config(PLANNER_OPTIONS);
    const sql = knexFactory({ client: 'pg', connection: config, pool: { min: 0, max: 3 }, log: SILENT });
    try {
      return await work(sql);
    } finally {
      await sql.destroy();
    }
  }

  /** Runs a statement that changes nothing. */
  read<R extends pg.QueryResultRow>(statement: Statement): Promise<pg.QueryResult<R>> {
    return this.#reads.query<R>(this.#sent(statement));
  }

  /** Runs a statement that is a transaction of its own. */
  write<R extends pg.QueryResultRow>(statement: Statement): Promise<pg.QueryResult<R>> {
    return this.#writes.query<R>(this.#sent(statement));
  }

  /** Runs a statement that is a transaction of its own and may take its time, where nobody waits behind it. */
  background<R extends pg.QueryResultRow>(statement: Statement): Promise<pg.QueryResult<R>> {
    return this.pool.query<R>(this.#sent(statement));
  }

  #sent({ name, text, values }: Statement): pg.QueryConfig {
    return this.#prepared ? { name, text, values } : { text, values };
  }

  /**
   * Runs the work in one transaction: all of it, or, when it throws, none. When the answer to COMMIT is lost, PostgreSQL is
   * asked what came of it; only if it cannot say, what is thrown leaves that open.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    let done: { identity: string[]; result: T } | undefined;
    try {
      return await this.sql.transaction(async (tx) => {
        const result = await work(tx);
        const { rows } = await tx.raw<{ rows: { id: string | null; era: string }[] }>(IDENTITY);
        const [{ id, era } = {}] = rows;
        if (id && era) done = { identity: [id, era], result };
        return result;
      });
    } catch (error) {
      if (!done || !isUnavailable(error)) throw error;
      if (!(await this.#committed(done.identity).catch(() => false))) throw error;
      return done.result;
    }
  }

  /** Resolves when PostgreSQL answers. Throws AppError `unavailable` when it does not. */
  async ping(): Promise<void> {
    try {
      await this.read({ name: 'ping', text: 'SELECT 1', values: [] });
    } catch (cause) {
      throw new AppError('unavailable', 'The database does not answer.', { cause });
    }
  }

  async #committed(identity: string[]): Promise<boolean> {
    const query = { name: 'transaction_outcome', text: OUTCOME, values: identity };
    for (let looks = 0; looks < MAX_LOOKS; looks++, await sleep(LOOK_MILLISECONDS)) {
      const { rows } = await this.read<{ status: string | null }>(query);
      if (rows[0]?.status !== 'in progress') return rows[0]?.status === 'committed';
    }
    return false;
  }

  #config(options: string) {
    const { connection } = this;
    const config =
      typeof connection === 'string'
        ? { connectionString: this.#prepared ? withOptions(connection, options) : connection }
        : connection;
    return {
      ...config,
      application_name: 'postern',
      connectionTimeoutMillis: this.#timeout * 1_000,
      keepAlive: true,
      ...(this.#prepared ? { options } : {}),
    };
  }

  #limits(): string {
    const options = { statement_timeout: this.#timeout * 1_000, ...ABANDONED };
    return Object.entries(options)
      .map(([name, value]) => `-c ${name}=${String(value)}`)
      .join(' ');
  }

  async close(): Promise<void> {
    await Promise.all([this.#reads.close(), this.#writes.close(), this.pool.end(), this.sql.destroy()]);
  }
}

/** The driver prefers the options of the URL, if it has any; ours are added to them. */
function withOptions(url: string, options: string): string {
  return url.replace(/[?&]options=[^&]*/g, (theirs) => `${theirs}%20${encodeURIComponent(options)}`);
}

/**
 * Ends the connection when a statement gets no answer for so long, so that what waits for it fails at once, and a
 * connection that nobody is at the other end of is not used again.
 */
function giveUpAfter(client: pg.Client, milliseconds: number): void {
  const stream = client.connection.stream as Socket;
  stream.setTimeout(milliseconds);
  // Not the callback of setTimeout, which is for the first silence only.
  stream.on('timeout', () => {
    const { readyForQuery } = client as unknown as { readyForQuery: boolean };
    if (!readyForQuery) stream.destroy();
  });
}
