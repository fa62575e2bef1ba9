import type { Logger } from '../../platform/telemetry/telemetry.js';
import { deleteInBatches } from '../../platform/jobs/delete-in-batches.js';
import { dayOf, hourOf } from './days.js';
import type { FailureDetail } from './failure-detail.js';
import { failureOf, grantOf } from './known-codes.js';
import { UsageTally } from './usage-tally.js';

/** The storage of usage: writes all of a tally, or, when it throws, nothing. */
export interface UsageStore {
  write(tally: UsageTally): Promise<void>;
  purgeHours(limit: number): Promise<number>;
  purgeHoursOfProjects(limit: number): Promise<number>;
  purgeFailures(limit: number): Promise<number>;
}

/** How many entries of a kind are kept in memory while they cannot be written. */
const LIMIT = 100_000;

/**
 * Counts what clients are used for. Counting is a few operations in memory; `flush` writes what came together. What a
 * flush could not write stays for the next one, up to a limit. Days are UTC.
 */
export class UsageService {
  #tally = new UsageTally(LIMIT);
  #flushed: Promise<void> = Promise.resolve();

  /** @param now milliseconds since the epoch. */
  constructor(
    private readonly store: UsageStore,
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /** A person authorized the client. */
  authorized(clientId: string, accountId: string | undefined): void {
    const hour = this.#use(clientId, accountId);
    this.#tally.count(clientId, hour, 'authorization');
  }

  /** The client got a code that neither a code challenge nor a nonce protects. */
  unprotectedCode(clientId: string): void {
    this.#tally.count(clientId, hourOf(this.now()), 'unprotected_code');
  }

  /** The token endpoint answered with tokens; for a person, or for the client itself. */
  issued(clientId: string, grantType: unknown, accountId: string | undefined): void {
    const hour = this.#use(clientId, accountId);
    if (grantType === 'refresh_token') this.#tally.count(clientId, hour, 'refresh');
    else this.#tally.count(clientId, hour, 'token', grantOf(grantType));
  }

  /** A request of the client got an error, which does not count as use. */
  failed(clientId: string, error: string, detail: FailureDetail = {}): void {
    const code = failureOf(error);
    if (code === undefined) return;
    const time = this.now();
    this.#tally.count(clientId, hourOf(time), 'failure', code);
    this.#tally.failure({ clientId, code, time, detail });
  }

  /** The client authenticated. */
  used(clientId: string): void {
    this.#use(clientId, undefined);
  }

  /** The client authenticated with this secret. */
  secretUsed(clientId: string, secretId: string): void {
    this.#use(clientId, undefined);
    this.#tally.secretUsed(secretId, this.now());
  }

  /** Writes all that was counted before the call. Throws what the store throws; nothing is lost then. */
  flush(): Promise<void> {
    const flush = this.#flushed.then(() => this.#write());
    this.#flushed = flush.catch(() => undefined);
    return flush;
  }

  /** Deletes hours that are over for two days, and failures after 90 days. */
  async purge(stopping?: AbortSignal): Promise<void> {
    await deleteInBatches((limit) => this.store.purgeHours(limit), stopping);
    await deleteInBatches((limit) => this.store.purgeHoursOfProjects(limit), stopping);
    await deleteInBatches((limit) => this.store.purgeFailures(limit), stopping);
  }

  #use(clientId: string, accountId: string | undefined): number {
    const time = this.now();
    this.#tally.clientUsed(clientId, time);
    if (accountId !== undefined) this.#tally.person(clientId, dayOf(time), accountId);
    return hourOf(time);
  }

  async #write(): Promise<void> {
    const tally = this.#tally;
    if (tally.empty) return;
    this.#tally = new UsageTally(LIMIT);
    try {
      await this.store.write(tally);
    } catch (error) {
      tally.add(this.#tally);
      this.#tally = tally;
      throw error;
    }
    if (tally.dropped > 0) this.log.warn({ dropped: tally.dropped }, 'usage buffer is full, entries dropped');
  }
}
