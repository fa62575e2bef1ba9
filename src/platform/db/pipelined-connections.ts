import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { isUnavailable } from './availability.js';
import { assertWritable } from './writable.js';

const NOT_PREPARED = '26000';
/** How long a statement waits for a connection when the last attempt to make one has failed, in milliseconds. */
const RECONNECT_WAIT_MS = 200;

/**
 * Connections on which autocommit statements follow each other without waiting for the results in between (pipelining).
 * The statements that one turn of the event loop sends are one write to each socket. Connections are opened on demand; when
 * one breaks, its pending statements fail, and the next statement opens another.
 */
export class PipelinedConnections {
  readonly #connections: PipelinedConnection[];

  constructor(config: pg.ClientConfig, count: number, onError: (error: Error) => void) {
    this.#connections = Array.from({ length: count }, () => new PipelinedConnection(config, onError));
  }

  /**
   * Sends the statement on the connection that this turn has already written to, else on the one with the fewest pending.
   */
  query<R extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<pg.QueryResult<R>> {
    const connection =
      this.#connections.find(({ corked }) => corked) ??
      this.#connections.reduce((least, other) => (other.pending < least.pending ? other : least));
    return connection.query<R>(statement);
  }

  /** Statements that were sent, or wait for a connection, and have no result yet. */
  get pending(): number {
    return this.#connections.reduce((sum, { pending }) => sum + pending, 0);
  }

  /** Waits for the pending statements, then closes the connections. */
  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }
}

class PipelinedConnection {
  pending = 0;
  /** Whether the socket is corked until the turn ends. */
  corked = false;
  #client: pg.Client | undefined;
  /** Why a statement that was to be prepared on this connection failed, by name. */
  readonly #unprepared = new Map<string, pg.DatabaseError>();
  #opening: Promise<pg.Client> | undefined;
  /** Why the last attempt to connect failed, until one succeeds. */
  #failure: Error | undefined;
  #closed = false;

  constructor(
    private readonly config: pg.ClientConfig,
    private readonly onError: (error: Error) => void,
  ) {}

  async query<R extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<pg.QueryResult<R>> {
    // A connection that is opened now would keep the process from ending.
    if (this.#closed) throw new Error('the connections to the database are closed');
    this.pending++;
    try {
      return await this.#send<R>(this.#client ?? (await this.#connected()), statement);
    } finally {
      this.pending--;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#opening?.catch(() => undefined))?.end();
  }

  async #send<R extends pg.QueryResultRow>(
    client: pg.Client,
    statement: pg.QueryConfig,
  ): Promise<pg.QueryResult<R>> {
    this.#cork(client);
    try {
      return await client.query<R>(statement);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      // The server ends the connection; its end is seen a little later.
      if (error.severity === 'FATAL') this.#drop(client);
      const { name = '' } = statement;
      // The statement before it was to prepare it.
      if (error.code === NOT_PREPARED) throw this.#unprepared.get(name) ?? error;
      if (isUnavailable(error)) this.#unprepared.set(name, error);
      throw error;
    }
  }

  /** After a failed attempt, the statement waits only briefly for the next one, which goes on. */
  async #connected(): Promise<pg.Client> {
    const opening = this.#open();
    const failure = this.#failure;
    if (failure === undefined) return opening;
    opening.catch(() => undefined);
    const pause = setTimeout(RECONNECT_WAIT_MS, undefined, { ref: false });
    const client = await Promise.race([opening, pause]);
    if (client === undefined) throw failure;
    return client;
  }

  #open(): Promise<pg.Client> {
    this.#opening ??= this.#connect().catch((error: unknown) => {
      this.#opening = undefined;
      this.#failure = error instanceof Error ? error : new Error('no connection', { cause: error });
      throw error;
    });
    return this.#opening;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ ...this.config, pipeline: true });
    client.on('error', (error) => {
      this.#drop(client);
      this.onError(error);
    });
    client.on('end', () => this.#drop(client));
    await client.connect();
    await assertWritable(client);
    this.#failure = undefined;
    this.#client = client;
    return client;
  }

  #drop(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#opening = undefined;
    this.#unprepared.clear();
  }

  /** Collects what the current turn writes into one write. */
  #cork({ connection: { stream } }: pg.Client): void {
    if (this.corked) return;
    stream.cork();
    this.corked = true;
    process.nextTick(() => {
      this.corked = false;
      stream.uncork();
    });
  }
}
