import pg from 'pg';
import { assertWritable } from './writable.js';

/**
 * A few connections on which autocommit statements follow each other without waiting for the answers in between
 * (pipelining), so that what is sent in one turn of the event loop is one write to each socket. Connections are opened on
 * demand; one that breaks fails what it had under way, and the next statement opens another.
 */
export class Lanes {
  readonly #lanes: Lane[];

  constructor(config: pg.ClientConfig, count: number, onError: (error: Error) => void) {
    this.#lanes = Array.from({ length: count }, () => new Lane(config, onError));
  }

  /** Sends the statement on the connection that has least to do. */
  query<R extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<pg.QueryResult<R>> {
    const lane = this.#lanes.reduce((least, other) => (other.underWay < least.underWay ? other : least));
    return lane.query<R>(statement);
  }

  /** Lets what is under way end, then closes the connections. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}

class Lane {
  underWay = 0;
  #client: pg.Client | undefined;
  #opening: Promise<pg.Client> | undefined;
  #corked = false;

  constructor(
    private readonly config: pg.ClientConfig,
    private readonly onError: (error: Error) => void,
  ) {}

  async query<R extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<pg.QueryResult<R>> {
    this.underWay++;
    try {
      const client = this.#client ?? (await this.#open());
      this.#cork(client);
      return await client.query<R>(statement);
    } finally {
      this.underWay--;
    }
  }

  async close(): Promise<void> {
    await (await this.#opening?.catch(() => undefined))?.end();
  }

  #open(): Promise<pg.Client> {
    this.#opening ??= this.#connect().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ ...this.config, pipeline: true });
    const drop = (): void => {
      if (this.#client !== client) return;
      this.#client = undefined;
      this.#opening = undefined;
    };
    client.on('error', (error) => {
      drop();
      this.onError(error);
    });
    client.on('end', drop);
    await client.connect();
    await assertWritable(client);
    this.#client = client;
    return client;
  }

  /** Holds back what is written until the current turn has written all that it has. */
  #cork({ connection: { stream } }: pg.Client): void {
    if (this.#corked) return;
    stream.cork();
    this.#corked = true;
    process.nextTick(() => {
      this.#corked = false;
      stream.uncork();
    });
  }
}
