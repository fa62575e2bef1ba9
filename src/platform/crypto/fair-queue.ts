import { AppError } from '../errors/errors.js';

const RETRY_AFTER_SECONDS = 5;

/** Who waits: callers of one group, such as a network, take turns with other groups; `signal` aborts when one has left. */
export interface QueuedCaller {
  group: string;
  signal?: AbortSignal;
}

interface Waiting {
  start(): void;
  refuse(error: AppError): void;
}

/**
 * Callers that wait for their turn, at most `limit`. Groups take turns, so that a group that sends many does not delay the
 * others; when the queue is full, the last caller of the longest group gives way to one of a shorter group. A caller that
 * left is taken out.
 */
export class FairQueue {
  readonly #groups = new Map<string, Waiting[]>();
  #size = 0;

  constructor(private readonly limit: number) {}

  /** How many callers wait. */
  get size(): number {
    return this.#size;
  }

  /** Resolves when it is the caller's turn. Throws AppError `unavailable` when the queue is full or the caller has left. */
  wait({ group, signal }: QueuedCaller): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted || (this.#size >= this.limit && !this.#makeRoom(group))) {
        reject(tooBusy());
        return;
      }
      const leave = (): void => {
        if (this.#remove(group, waiting)) reject(tooBusy());
      };
      const waiting: Waiting = {
        start: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
        refuse: reject,
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#groups.set(group, [...(this.#groups.get(group) ?? []), waiting]);
      this.#size++;
    });
  }

  /** Lets the next caller go on; false when none waits. */
  next(): boolean {
    const [first] = this.#groups;
    if (!first) return false;
    const [group, [waiting]] = first;
    if (!waiting) return false;
    this.#remove(group, waiting);
    const others = this.#groups.get(group);
    // To the end of the order, so that the other groups come first.
    if (others && this.#groups.delete(group)) this.#groups.set(group, others);
    waiting.start();
    return true;
  }

  #makeRoom(group: string): boolean {
    const [longest, queue = []] = [...this.#groups].reduce<[string, Waiting[]]>(
      (best, entry) => (entry[1].length > best[1].length ? entry : best),
      ['', []],
    );
    const last = queue.at(-1);
    if (!last || queue.length <= (this.#groups.get(group)?.length ?? 0) + 1) return false;
    this.#remove(longest, last);
    last.refuse(tooBusy());
    return true;
  }

  #remove(group: string, waiting: Waiting): boolean {
    const queue = this.#groups.get(group) ?? [];
    const left = queue.filter((other) => other !== waiting);
    if (left.length === queue.length) return false;
    this.#size--;
    if (left.length === 0) this.#groups.delete(group);
    else this.#groups.set(group, left);
    return true;
  }
}

function tooBusy(): AppError {
  const message = 'Too many passwords are being checked at this moment. Try again shortly.';
  return new AppError('unavailable', message, { retryAfter: RETRY_AFTER_SECONDS });
}
