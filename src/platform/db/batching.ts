import { BatchQueueFull, isUnavailable } from './availability.js';

/** The limits of a batcher. */
export interface BatchLimits {
  /** Rows per statement. */
  rows: number;
  /** Statements at a time. */
  statements: number;
  /** Rows in the queue. */
  waiting: number;
  /** How long a row may wait in the queue, in milliseconds. */
  maxWaitMs: number;
}

/** Enough for one process at full load; rows beyond it would be answered too late to be of use. */
export const BATCH_LIMITS: BatchLimits = { rows: 200, statements: 2, waiting: 5_000, maxWaitMs: 5_000 };

/** Rows that wait in the queues of this process. */
let rowsWaiting = 0;

/** How many rows wait for a statement, in all queues of this process. */
export function waitingRows(): number {
  return rowsWaiting;
}

interface Waiting<I, O> {
  input: I;
  since: number;
  resolve: (output: O) => void;
  reject: (error: unknown) => void;
}

/**
 * Combines the calls of one turn of the event loop into one statement. An idle batcher adds no delay: the statement is sent
 * at the end of the turn. While `statements` are running, calls are queued for the next one. A statement that PostgreSQL
 * refused because of one row is run again row by row, so that only that row fails.
 */
export class Batcher<I, O> {
  #waiting: Waiting<I, O>[] = [];
  #running = 0;
  #scheduled = false;

  /**
   * @param run resolves with as many outputs as it got inputs, in the same order
   * @param isRefusal whether an error proves that the statement changed nothing, so that rows may be run one by one
   */
  constructor(
    private readonly limits: BatchLimits,
    private readonly run: (inputs: I[]) => Promise<O[]>,
    private readonly isRefusal: (error: unknown) => boolean = () => false,
  ) {}

  /** The output for this input. Rejects with BatchQueueFull when the queue is full or the row has waited too long. */
  submit(input: I): Promise<O> {
    if (this.#waiting.length >= this.limits.waiting)
      return Promise.reject(new BatchQueueFull('too many rows are waiting'));
    return new Promise<O>((resolve, reject) => {
      this.#waiting.push({ input, since: performance.now(), resolve, reject });
      rowsWaiting++;
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0 || this.#running >= this.limits.statements) return;
    this.#scheduled = true;
    atEndOfTurn(() => {
      this.#scheduled = false;
      this.#refuseLate();
      while (this.#waiting.length > 0 && this.#running < this.limits.statements) {
        void this.#send(this.#take(this.limits.rows));
      }
    });
  }

  /** Rejects the rows that have waited too long. */
  #refuseLate(): void {
    const latest = performance.now() - this.limits.maxWaitMs;
    const inTime = this.#waiting.findIndex(({ since }) => since > latest);
    const late = this.#take(inTime === -1 ? this.#waiting.length : inTime);
    for (const { reject } of late) reject(new BatchQueueFull('the rows before it took too long'));
  }

  /** Takes that many rows out of the queue, the oldest first. */
  #take(count: number): Waiting<I, O>[] {
    const taken = this.#waiting.splice(0, count);
    rowsWaiting -= taken.length;
    return taken;
  }

  async #send(batch: Waiting<I, O>[]): Promise<void> {
    this.#running++;
    try {
      await this.#settle(batch);
    } finally {
      this.#running--;
      this.#schedule();
    }
  }

  async #settle(batch: Waiting<I, O>[]): Promise<void> {
    try {
      const outputs = await this.run(batch.map(({ input }) => input));
      batch.forEach(({ resolve }, index) => resolve(outputs[index] as O));
    } catch (error) {
      if (batch.length === 1 || !this.isRefusal(error)) {
        // Rows queued before the connection broke would each wait for another attempt to fail.
        const waiting = isUnavailable(error) ? this.#take(this.#waiting.length) : [];
        for (const { reject } of [...batch, ...waiting]) reject(error);
        return;
      }
      for (const one of batch) await this.#settle([one]);
    }
  }
}

let tasks: (() => void)[] = [];

/** All batchers send at the same moment, so that statements of different kinds share a write to the socket. */
function atEndOfTurn(task: () => void): void {
  if (tasks.push(task) > 1) return;
  setImmediate(() => {
    const due = tasks;
    tasks = [];
    for (const run of due) run();
  });
}
