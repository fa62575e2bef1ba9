import { AsyncResource } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../db/availability.js';
import { describeError, type Logger } from '../telemetry/telemetry.js';
import type { LeasedRow } from './outbox.repository.js';
import type { OutboxService } from './outbox.service.js';
import { RunningDeliveries } from './running-deliveries.js';

const POLL_MILLISECONDS = 1_000;
const CONCURRENCY = 24;
/** Well within the lease of 60 s. */
const ATTEMPT_MILLISECONDS = 45_000;
const LARGEST_SCAN = 1_000;

/** Starts delivering messages in this process, until the worker is stopped. */
export function startOutboxWorker({ outbox, log }: { outbox: OutboxService; log: Logger }): OutboxWorker {
  const worker = new OutboxWorker(outbox, log);
  worker.start();
  return worker;
}

/**
 * Delivers the messages of the outbox in this process, at most 24 at a time, and fewer of a kind, or to one
 * receiver, whose handler says so.
 * It is woken by commits in this process and looks once a second for messages of other processes, for retries, and for
 * messages whose lease has ended.
 */
export class OutboxWorker {
  readonly #owner = randomUUID();
  readonly #attempts = new Set<Promise<void>>();
  readonly #running = new RunningDeliveries();
  #wake: () => void = () => undefined;
  #release: () => void = () => undefined;
  #claiming: Promise<void> | undefined;
  #wokenMeanwhile = false;
  #stopping = false;
  #failing = false;

  constructor(
    private readonly outbox: OutboxService,
    private readonly log: Logger,
  ) {}

  start(): void {
    // Deliveries do not belong to the request whose commit wakes the worker: they get no part of its async context.
    this.#wake = AsyncResource.bind(() => this.#startClaiming());
    const timer = setInterval(this.#wake, POLL_MILLISECONDS).unref();
    const unsubscribe = this.outbox.onEnqueued(this.#wake);
    this.#release = () => {
      clearInterval(timer);
      unsubscribe();
    };
    this.#wake();
  }

  /**
   * Claims nothing more and lets the attempts that are under way end, for at most so many seconds. A message whose attempt
   * has not ended then is delivered by another process, or by the next one, when its lease has ended.
   */
  async stop(seconds: number): Promise<void> {
    this.#stopping = true;
    this.#release();
    const ended = (async () => {
      await this.#claiming;
      await Promise.all(this.#attempts);
    })();
    const timeout = new AbortController();
    await Promise.race([ended, sleep(seconds * 1_000, undefined, { signal: timeout.signal })]);
    timeout.abort();
  }

  #startClaiming(): void {
    if (this.#stopping) return;
    if (this.#claiming) {
      this.#wokenMeanwhile = true;
      return;
    }
    this.#wokenMeanwhile = false;
    this.#claiming = this.#claim().finally(() => {
      this.#claiming = undefined;
      if (this.#wokenMeanwhile) this.#wake();
    });
  }

  /** Starts attempts until nothing more is due or all are in use. */
  async #claim(): Promise<void> {
    let scan = 0;
    try {
      for (;;) {
        const limit = CONCURRENCY - this.#attempts.size;
        if (limit <= 0 || this.#stopping) return;
        scan = Math.max(scan, limit);
        const { rows, seen } = await this.outbox.claim(this.#owner, { limit, scan }, this.#running);
        for (const row of rows) this.#attempt(row);
        this.#report();
        if (seen < scan) return;
        // Most of what was due is blocked, or of a kind or for a receiver that now has as many attempts as it may.
        if (rows.length < limit) scan = Math.min(LARGEST_SCAN, scan * 4);
      }
    } catch (error) {
      this.#report(error);
    }
  }

  #attempt(row: LeasedRow): void {
    this.#running.add(row);
    const attempt = this.outbox
      .attempt(row, AbortSignal.timeout(ATTEMPT_MILLISECONDS))
      .catch((error: unknown) => {
        const fields = { message: row.id, kind: row.kind, error: describeError(error) };
        this.log.warn(fields, 'the outcome of a delivery was not recorded: it is delivered again');
      })
      .finally(() => {
        this.#attempts.delete(attempt);
        this.#running.delete(row);
        this.#wake();
      });
    this.#attempts.add(attempt);
  }

  /** Logs the first failure to read the outbox, and that it is over. */
  #report(error?: unknown): void {
    if ((error === undefined) === !this.#failing) return;
    this.#failing = error !== undefined;
    if (error === undefined) this.log.info('the outbox can be read again');
    else
      this.log[isUnavailable(error) ? 'warn' : 'error'](
        { error: describeError(error) },
        'the outbox cannot be read, messages wait',
      );
  }
}
