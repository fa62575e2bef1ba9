import { randomUUID } from 'node:crypto';
import type { Vault } from '../crypto/sealing.js';
import type { Transaction } from '../db/database.js';
import type { Logger } from '../telemetry/telemetry.js';
import {
  attemptsOf,
  DEFAULT_RETRIES,
  DeliveryError,
  type OutboxHandler,
  type OutboxMessage,
  retryDelay,
  loggableReason,
  storableReason,
} from './outbox-message.js';
import { found } from '../errors/errors.js';
import { type Page, readPage } from '../paging/page.js';
import type { RunningDeliveries } from './running-deliveries.js';
import type {
  LeasedRow,
  MessageInfo,
  MessageState,
  KindCounts,
  OutboxCounts,
  OutboxRepository,
  OutboxRow,
} from './outbox.repository.js';

export type { MessageInfo, MessageState, OutboxCounts } from './outbox.repository.js';

const DEAD_LETTER_DAYS = 30;

/**
 * The transactional outbox. A message is stored with the change that causes it, and delivered by some node after the
 * commit: at least once, because a node may end between the delivery and its record. Payloads are sealed; the sealed
 * text is bound to the id and kind of its row.
 */
export class OutboxService {
  readonly #handlers = new Map<string, OutboxHandler>();
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly repository: OutboxRepository,
    private readonly vault: Vault,
    private readonly log: Logger,
  ) {}

  /** Has this process deliver messages of the handler's kind. */
  handle(handler: OutboxHandler): void {
    this.#handlers.set(handler.kind, handler);
  }

  /** Stores the message in the caller's transaction and returns its id. It is delivered only if that commits. */
  async enqueue(tx: Transaction, message: OutboxMessage): Promise<string> {
    const [id = ''] = await this.enqueueAll(tx, [message]);
    return id;
  }

  /** The same for several messages, in one statement. */
  async enqueueAll(tx: Transaction, messages: readonly OutboxMessage[]): Promise<string[]> {
    if (messages.length === 0) return [];
    const rows = messages.map((message) => this.#rowOf(message));
    await this.repository.insert(tx, rows);
    this.#notify(tx);
    return rows.map(({ id }) => id);
  }

  /** Calls the listener after each commit in this process that has added messages. Returns how to stop that. */
  onEnqueued(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Leases due messages of the kinds that this process has handlers for; see `OutboxRepository.claim`. `running` is what it
   * delivers now.
   */
  async claim(
    owner: string,
    bounds: { limit: number; scan: number },
    running: RunningDeliveries,
  ): Promise<{ rows: LeasedRow[]; seen: number }> {
    const limits = running.limits(this.#handlers.values(), bounds.limit);
    if (limits.kinds.size === 0) return { rows: [], seen: 0 };
    return this.repository.claim(owner, limits, bounds);
  }

  /** Makes one attempt and records its outcome. Throws only when the outcome could not be recorded. */
  async attempt(row: LeasedRow, signal: AbortSignal): Promise<void> {
    const handler = this.#handlers.get(row.kind);
    if (!handler) return;
    const attempts = attemptsOf(handler.retries ?? DEFAULT_RETRIES);
    // Each process that claimed it before has ended during the attempt or could not record the outcome.
    if (row.attempt > attempts) return this.#giveUp(row, new DeliveryError('the last attempt did not end'));
    try {
      await settledBefore(signal, this.#deliver(handler, row, signal));
    } catch (error) {
      if (row.attempt >= attempts || (error instanceof DeliveryError && error.final))
        return this.#giveUp(row, error);
      return this.#retry(row, handler, error);
    }
    if (!(await this.repository.complete(row))) {
      this.log.info(
        fieldsOf(row),
        'a message was delivered after its lease had ended, and may be delivered again',
      );
    }
  }

  /** All messages. */
  async counts(): Promise<OutboxCounts> {
    const counts = { waiting: 0, dead: 0, oldestSeconds: 0 };
    for (const { waiting, dead, oldestSeconds } of await this.repository.counts()) {
      counts.waiting += waiting;
      counts.dead += dead;
      counts.oldestSeconds = Math.max(counts.oldestSeconds, oldestSeconds);
    }
    return counts;
  }

  /** The messages of each kind of which there are any. */
  countsByKind(): Promise<KindCounts[]> {
    return this.repository.counts();
  }

  /** Latest first, without what they say. Throws as `readPage` does. */
  list(
    state: MessageState,
    kind: string | undefined,
    limit: number,
    cursor?: string,
  ): Promise<Page<MessageInfo>> {
    return readPage(limit, cursor, (slice) => this.repository.list(state, kind, slice));
  }

  /** Has a dead letter delivered again, from its first attempt on. Throws AppError `not_found` when it is none. */
  async redeliver(tx: Transaction, id: string): Promise<MessageInfo> {
    const message = found(await this.repository.revive(tx, id), 'dead letter');
    this.#notify(tx);
    return message;
  }

  /** Deletes dead letters after 30 days; returns how many. */
  purgeDeadLetters(): Promise<number> {
    return this.repository.purgeDeadLetters(DEAD_LETTER_DAYS);
  }

  #rowOf({ id = randomUUID(), kind, payload, orderingKey, receiver }: OutboxMessage): OutboxRow {
    const sealed = this.vault.seal('outbox', JSON.stringify(payload), sealContext({ id, kind }));
    const digest = (text?: string) =>
      text === undefined ? null : this.vault.digest('outbox', `${kind} ${text}`);
    return { id, kind, orderingKey: digest(orderingKey), receiver: digest(receiver), payload: sealed };
  }

  #notify(tx: Transaction): void {
    tx.executionPromise.then(
      () => this.#listeners.forEach((listener) => listener()),
      () => undefined,
    );
  }

  async #deliver(handler: OutboxHandler, row: LeasedRow, signal: AbortSignal): Promise<void> {
    const text = this.#open(row);
    await handler.deliver({ id: row.id, payload: JSON.parse(text) as unknown, attempt: row.attempt, signal });
  }

  #open(row: LeasedRow): string {
    try {
      return this.vault.open('outbox', row.payload, sealContext(row)).toString();
    } catch (cause) {
      throw new DeliveryError('this encryption key does not open the payload', { final: true, cause });
    }
  }

  async #retry(row: LeasedRow, handler: OutboxHandler, error: unknown): Promise<void> {
    const seconds = retryDelay(handler.retries ?? DEFAULT_RETRIES, row.attempt);
    await this.repository.retry(row, storableReason(error), seconds);
    const fields = { ...fieldsOf(row), retryInSeconds: Math.round(seconds), reason: loggableReason(error) };
    this.log[row.attempt === 1 ? 'warn' : 'info'](fields, 'a message was not delivered and is tried again');
  }

  async #giveUp(row: LeasedRow, error: unknown): Promise<void> {
    await this.repository.giveUp(row, storableReason(error));
    this.log.warn(
      { ...fieldsOf(row), reason: loggableReason(error) },
      'a message could not be delivered and is now a dead letter',
    );
  }
}

function sealContext({ id, kind }: Pick<OutboxRow, 'id' | 'kind'>): string {
  return `${kind} ${id}`;
}

function fieldsOf({ id, kind, attempt }: LeasedRow): Record<string, unknown> {
  return { message: id, kind, attempt };
}

/** Rejects when the signal aborts first. */
async function settledBefore(signal: AbortSignal, work: Promise<void>): Promise<void> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new DeliveryError('the attempt took too long'));
    signal.addEventListener('abort', onAbort);
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}
