import type { Logger } from '../../platform/telemetry/telemetry.js';
import { dayOf } from './days.js';
import { failureOf, grantOf } from './known-codes.js';
import { UsageTally } from './usage-tally.js';

/** The storage of usage: writes all of a tally, or, when it throws, nothing. */
export interface UsageStore {
  write(tally: UsageTally): Promise<void>;
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
    const day = this.#use(clientId, accountId);
    this.#tally.count(clientId, day, 'authorization');
  }

  /** The client got a code that neither a code challenge nor a nonce protects. */
  unprotectedCode(clientId: string): void {
    this.#tally.count(clientId, dayOf(this.now()), 'unprotected_code');
  }

  /** The token endpoint answered with tokens; for a person, or for the client itself. */
  issued(clientId: string, grantType: unknown, accountId: string | undefined): void {
    const day = this.#use(clientId, accountId);
    if (grantType === 'refresh_token') this.#tally.count(clientId, day, 'refresh');
    else this.#tally.count(clientId, day, 'token', grantOf(grantType));
  }

  /** A request of the client got an error, which does not count as use. */
  failed(clientId: string, error: string): void {
    const failure = failureOf(error);
    if (failure !== undefined) this.#tally.count(clientId, dayOf(this.now()), 'failure', failure);
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

  #use(clientId: string, accountId: string | undefined): number {
    const time = this.now();
    const day = dayOf(time);
    this.#tally.clientUsed(clientId, time);
    if (accountId !== undefined) this.#tally.person(clientId, day, accountId);
    return day;
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
