import type { Database, Transaction } from '../db/database.js';
import { CLAIM, type ClaimLimits, type ClaimedRow, claimValues } from './outbox-claim.js';
import type { Positioned, Slice } from '../paging/page.js';
import { selectSlice } from '../paging/select-slice.js';

/** A message as stored. */
export interface OutboxRow {
  id: string;
  kind: string;
  orderingKey: Buffer | null;
  receiver: Buffer | null;
  payload: Buffer;
}

/** The right of one worker to deliver a message and to record the outcome, until the lease ends. */
export interface Lease {
  id: string;
  owner: string;
  attempt: number;
}

/** A message that one worker may deliver now. */
export type LeasedRow = Omit<OutboxRow, 'orderingKey'> & Lease;

/** Figures of messages of the whole installation. `oldestSeconds` is the age of the oldest message that waits; 0 if none does. */
export interface OutboxCounts {
  waiting: number;
  dead: number;
  oldestSeconds: number;
}

/** The same of one kind of messages. */
export interface KindCounts extends OutboxCounts {
  kind: string;
}

/** Waiting for its time or being delivered; or given up. */
export type MessageState = 'waiting' | 'dead';

/** A message as operators see it: nothing of what it says. */
export interface MessageInfo {
  id: string;
  kind: string;
  state: MessageState;
  attempts: number;
  /** When the next attempt may begin; while it is delivered, when another node may take it over. */
  dueAt: Date;
  lastError: string | null;
  createdAt: Date;
  deadAt: Date | null;
}

const HELD = 'id = $1 AND lease_owner = $2 AND attempts = $3';

/** Makes the next message of the key of `finished` due. */
const RELEASE_NEXT = `
  UPDATE outbox SET due_at = clock_timestamp() WHERE id = (SELECT (
    SELECT next.id FROM outbox AS next
    WHERE next.ordering_key = finished.ordering_key AND next.position > finished.position AND next.dead_at IS NULL
    ORDER BY next.position LIMIT 1) FROM finished)`;

const COMPLETE = `WITH finished AS (DELETE FROM outbox WHERE ${HELD} RETURNING position, ordering_key),
  released AS (${RELEASE_NEXT}) SELECT FROM finished`;

const GIVE_UP = `
  WITH finished AS (
    UPDATE outbox SET dead_at = now(), lease_owner = NULL, last_error = $4 WHERE ${HELD}
    RETURNING position, ordering_key),
  released AS (${RELEASE_NEXT}) SELECT FROM finished`;

const RETRY = `
  UPDATE outbox SET lease_owner = NULL, last_error = $4, due_at = now() + make_interval(secs => $5) WHERE ${HELD}`;

const COUNTS = `
  SELECT kind, count(*) FILTER (WHERE dead_at IS NULL)::int AS waiting,
    count(*) FILTER (WHERE dead_at IS NOT NULL)::int AS dead,
    coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE dead_at IS NULL)), 0)::float8 AS "oldestSeconds"
  FROM outbox GROUP BY kind`;

const PURGE = 'DELETE FROM outbox WHERE dead_at < now() - make_interval(days => $1)';

const INFO = `id, kind, CASE WHEN dead_at IS NULL THEN 'waiting' ELSE 'dead' END AS state, attempts, due_at AS "dueAt",
  last_error AS "lastError", created_at AS "createdAt", dead_at AS "deadAt"`;
/** Each state has its index, in its order. */
const ORDER: Readonly<Record<MessageState, { time: string; condition: string }>> = {
  waiting: { time: 'due_at', condition: 'dead_at IS NULL' },
  dead: { time: 'dead_at', condition: 'dead_at IS NOT NULL' },
};

/** The SQL of the table `outbox`. All times are by the database's clock. */
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  /** Inserts messages in the caller's transaction; one whose id is there is due again, as if it had never been tried. */
  async insert(tx: Transaction, rows: readonly OutboxRow[]): Promise<void> {
    await tx.raw(
      `INSERT INTO outbox (id, kind, ordering_key, receiver, payload)
       SELECT * FROM unnest(?::uuid[], ?::text[], ?::bytea[], ?::bytea[], ?::bytea[])
       ON CONFLICT (id) DO UPDATE SET dead_at = NULL, attempts = 0, lease_owner = NULL, due_at = now()`,
      [
        rows.map(({ id }) => id),
        rows.map(({ kind }) => kind),
        rows.map(({ orderingKey }) => orderingKey),
        rows.map(({ receiver }) => receiver),
        rows.map(({ payload }) => payload),
      ] as readonly (string | Buffer | null)[][] as never,
    );
  }

  /**
   * Leases at most `limit` due messages for 60 s, of each kind and for each receiver at most as many as `limits` says.
   * Reads at most `scan` due rows; `seen` is how many it read, blocked ones included, so more are due only if `seen` equals
   * `scan`.
   */
  async claim(
    owner: string,
    limits: ClaimLimits,
    bounds: { limit: number; scan: number },
  ): Promise<{ rows: LeasedRow[]; seen: number }> {
    const values = claimValues(owner, limits, bounds);
    const { rows } = await this.database.write<ClaimedRow>({ name: 'outbox_claim', text: CLAIM, values });
    return {
      seen: rows[0]?.seen ?? 0,
      rows: rows.flatMap(({ id, kind, receiver, payload, attempts: attempt }) =>
        id === null ? [] : [{ id, owner, attempt, kind, receiver, payload }],
      ),
    };
  }

  /** Deletes the delivered message. False when the lease had ended and another worker has the message. */
  complete(lease: Lease): Promise<boolean> {
    return this.#record('outbox_complete', COMPLETE, lease);
  }

  /** Makes the message due again after so many seconds. False as for `complete`. */
  retry(lease: Lease, reason: string, seconds: number): Promise<boolean> {
    return this.#record('outbox_retry', RETRY, lease, reason, seconds);
  }

  /** Makes the message a dead letter. False as for `complete`. */
  giveUp(lease: Lease, reason: string): Promise<boolean> {
    return this.#record('outbox_give_up', GIVE_UP, lease, reason);
  }

  /** Latest first: the dead ones by when they were given up, the others by when they are due. */
  list(state: MessageState, kind: string | undefined, slice: Slice): Promise<Positioned<MessageInfo>[]> {
    const { time, condition } = ORDER[state];
    const where = [[condition] as const, ...(kind === undefined ? [] : [['kind = ?', kind] as const])];
    const list = { columns: INFO, from: 'outbox', time, id: 'id', where };
    return selectSlice(this.database.sql, list, slice, (row: MessageInfo) => row);
  }

  /** Makes a dead letter due at once, as if it had never been tried; undefined when it is none. */
  async revive(tx: Transaction, id: string): Promise<MessageInfo | undefined> {
    const { rows } = await tx.raw<{ rows: MessageInfo[] }>(
      `UPDATE outbox SET dead_at = NULL, attempts = 0, due_at = now() WHERE id = ? AND dead_at IS NOT NULL RETURNING ${INFO}`,
      [id],
    );
    return rows[0];
  }

  /** Of the kinds of which there are messages. */
  async counts(): Promise<KindCounts[]> {
    const { rows } = await this.database.read<KindCounts>({
      name: 'outbox_counts',
      text: COUNTS,
      values: [],
    });
    return rows;
  }

  /** Deletes the dead letters that are older than so many days; returns how many. */
  async purgeDeadLetters(days: number): Promise<number> {
    const { rowCount } = await this.database.write({ name: 'outbox_purge', text: PURGE, values: [days] });
    return rowCount ?? 0;
  }

  async #record(name: string, text: string, lease: Lease, ...values: unknown[]): Promise<boolean> {
    const held = [lease.id, lease.owner, lease.attempt];
    const { rowCount } = await this.database.write({ name, text, values: [...held, ...values] });
    return rowCount === 1;
  }
}
