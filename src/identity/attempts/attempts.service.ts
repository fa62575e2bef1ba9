import { createHash } from 'node:crypto';
import { AppError } from '../../platform/errors/errors.js';
import { deleteInBatches } from '../../platform/jobs/delete-in-batches.js';
import type { AttemptsRepository } from './attempts.repository.js';

/** At most `limit` attempts in a window that begins with the first of them. */
export interface Limit {
  /** The kind of limit and what is limited, as in `sign-in account ada@example.com`. Stored only as a digest. */
  key: string;
  limit: number;
  windowSeconds: number;
}

/** The error of an attempt beyond a limit; `isFirst` for the first of a window. */
export class TooManyAttempts extends AppError {
  constructor(
    retryAfter: number,
    readonly isFirst: boolean,
  ) {
    super('slow_down', 'There were too many attempts. Wait a while, then try again.', { retryAfter });
  }
}

/** Counts attempts against the limits of `limits.ts`, in the database, so that all nodes count together. */
export class AttemptsService {
  constructor(private readonly repository: AttemptsRepository) {}

  /**
   * Counts an attempt against every limit, before the check that the limits protect, so that concurrent guesses are all
   * counted. Throws TooManyAttempts (`slow_down`), with the seconds until the window closes, when any limit is exceeded. A
   * refused attempt counts too, but does not extend the window.
   */
  async reserve(limits: readonly Limit[]): Promise<void> {
    const byDigest = new Map(limits.map((limit) => [digest(limit.key).toString('hex'), limit]));
    if (byDigest.size === 0) return;
    const windows = [...byDigest].map(([hex, limit]) => ({
      key: Buffer.from(hex, 'hex'),
      seconds: limit.windowSeconds,
    }));
    const beyond = (state: { key: Buffer; count: number }) =>
      state.count - (byDigest.get(state.key.toString('hex'))?.limit ?? 0);
    const exceeded = (await this.repository.count(windows)).filter((state) => beyond(state) > 0);
    if (exceeded.length === 0) return;
    const retryAfter = Math.max(...exceeded.map((state) => state.secondsLeft));
    throw new TooManyAttempts(
      retryAfter,
      exceeded.some((state) => beyond(state) === 1),
    );
  }

  /** Undoes the count of `reserve`, for keys that many honest callers share. */
  async release(keys: readonly string[]): Promise<void> {
    await this.repository.uncount(keys.map(digest));
  }

  /** Deletes the counters of these keys, after a successful authentication. */
  async clear(keys: readonly string[]): Promise<void> {
    await this.repository.delete(keys.map(digest));
  }

  /** Deletes closed windows in bounded batches until `stopping` aborts; returns how many. */
  purge(stopping?: AbortSignal): Promise<number> {
    return deleteInBatches((limit) => this.repository.deleteExpired(limit), stopping);
  }
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
