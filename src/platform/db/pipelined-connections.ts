import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { isUnavailable } from './availability.js';
import { assertWritable } from './writable.js';

const NOT_PREPARED = '26000';
/** Milliseconds that a statement waits for a connection when the last attempt to make one has failed. */
const RECONNECT_WAIT_MS = 200;

/**
 * A few connections on which autocommit statements follow each other without waiting for the answers in between
 * (pipelining), so that what is sent in one turn of the event loop is one write to each socket. Connections are opened on
 * demand; one that breaks fails what it had under way, and the next statement opens another.
 */
export class PipelinedConnections {
  readonly #lanes: PipelinedConnection[];

  constructor(config: pg.ClientConfig, count: number, onError: (error: Error) => void) {
    this.#lanes = Array.from({ length: count }, () => new PipelinedConnection(config, onError));
  }

  /** Sends the statement on the connection that this turn has written to already, or else on the one with least to do. */
  query<R extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<pg.QueryResult<R>> {
    const lane =
      this.#lanes.find(({ corked }) => corked) ??
      this.#lanes.reduce((least, other) => (other.underWay < least.underWay ? other : least));
    return lane.query<R>(statement);
  }

  /** Lets what is under way end, then closes the connections. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}

class PipelinedConnection {
  underWay = 0;
  /** Whether something is held back until the turn ends. */
  corked = false;
  #client: pg.Client | undefined;
  /** Why statements were given up on this connection, by name. */
  readonly #givenUp = new Map<string, pg.DatabaseError>();
  #opening: Promise<pg.Client> | undefined;
  /** Why the last attempt to connect failed, until one succeeds. */
  #failure: Error | undefined;

  constructor(
    private readonly config: pg.ClientConfig,
    private readonly onError: (error: Error) => void,
  ) {}

  async query<R extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<pg.QueryResult<R>> {
    this.underWay++;
    try {
      return await this.#send<R>(this.#client ?? (await this.#connected()), statement);
    } finally {
      this.underWay--;
    }
  }

  async close(): Promise<void> {
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
      // The server ends the connection, and will say so a little later.
      if (error.severity === 'FATAL') this.#drop(client);
      const { name = '' } = statement;
      // It was to be prepared by the one in front of it.
      if (error.code === NOT_PREPARED) throw this.#givenUp.get(name) ?? error;
      if (isUnavailable(error)) this.#givenUp.set(name, error);
      throw error;
    }
  }

  /** While nobody answers, the next attempt goes on without keeping everybody waiting for how it ends. */
  async #connected(): Promise<pg.Client> {
    const opening = this.#open();
    const failure = this.#failure;
    if (failure === undefined) return opening;
    opening.catch(() => undefined);
    const moment = setTimeout(RECONNECT_WAIT_MS, undefined, { ref: false });
    const client = await Promise.race([opening, moment]);
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
    this.#givenUp.clear();
  }

  /** Holds back what is written until the current turn has written all that it has. */
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
