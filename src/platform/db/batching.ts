import { BatchQueueFull, isUnavailable } from './availability.js';

/** How far a batcher may go: rows per statement, statements at a time, rows waiting, and for how many milliseconds. */
export interface BatchLimits {
  rows: number;
  statements: number;
  waiting: number;
  maxWaitMs: number;
}

/** Enough for one process at full speed; what waits beyond it would be answered too late to be of use. */
export const BATCH_LIMITS: BatchLimits = { rows: 200, statements: 2, waiting: 5_000, maxWaitMs: 5_000 };

interface Waiting<I, O> {
  input: I;
  since: number;
  resolve: (output: O) => void;
  reject: (error: unknown) => void;
}

/**
 * Turns the calls of one turn of the event loop into one statement. An idle batcher adds no wait: the statement leaves
 * in the same turn. While `statements` are under way, calls gather for the next one. A statement that PostgreSQL
 * refused because of one row is run again row by row, so that a bad row fails alone.
 */
export class Batcher<I, O> {
  #waiting: Waiting<I, O>[] = [];
  #underWay = 0;
  #scheduled = false;

  /**
   * @param run answers as many outputs as it got inputs, in their order
   * @param isRefusal whether an error proves that the statement changed nothing, so that rows may be tried alone
   */
  constructor(
    private readonly limits: BatchLimits,
    private readonly run: (inputs: I[]) => Promise<O[]>,
    private readonly isRefusal: (error: unknown) => boolean = () => false,
  ) {}

  /** The output for this input. Rejects with BatchQueueFull at once when too many are waiting. */
  submit(input: I): Promise<O> {
    if (this.#waiting.length >= this.limits.waiting)
      return Promise.reject(new BatchQueueFull('too many rows are waiting'));
    return new Promise<O>((resolve, reject) => {
      this.#waiting.push({ input, since: performance.now(), resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0 || this.#underWay >= this.limits.statements) return;
    this.#scheduled = true;
    atEndOfTurn(() => {
      this.#scheduled = false;
      this.#refuseLate();
      while (this.#waiting.length > 0 && this.#underWay < this.limits.statements) {
        void this.#send(this.#waiting.splice(0, this.limits.rows));
      }
    });
  }

  /** Whoever waited for so long is told, and what comes after them gets its turn sooner. */
  #refuseLate(): void {
    const latest = performance.now() - this.limits.maxWaitMs;
    const inTime = this.#waiting.findIndex(({ since }) => since > latest);
    const late = this.#waiting.splice(0, inTime === -1 ? this.#waiting.length : inTime);
    for (const { reject } of late) reject(new BatchQueueFull('the rows in front took too long'));
  }

  async #send(batch: Waiting<I, O>[]): Promise<void> {
    this.#underWay++;
    try {
      await this.#settle(batch);
    } finally {
      this.#underWay--;
      this.#schedule();
    }
  }

  async #settle(batch: Waiting<I, O>[]): Promise<void> {
    try {
      const outputs = await this.run(batch.map(({ input }) => input));
      batch.forEach(({ resolve }, index) => resolve(outputs[index] as O));
    } catch (error) {
      if (batch.length === 1 || !this.isRefusal(error)) {
        // What was asked before a connection broke would wait for the next one to break.
        const waiting = isUnavailable(error) ? this.#waiting.splice(0) : [];
        for (const { reject } of [...batch, ...waiting]) reject(error);
        return;
      }
      for (const one of batch) await this.#settle([one]);
    }
  }
}

let tasks: (() => void)[] = [];

/** All batchers send in one go, so that statements of different kinds share a write to the socket. */
function atEndOfTurn(task: () => void): void {
  if (tasks.push(task) > 1) return;
  setImmediate(() => {
    const due = tasks;
    tasks = [];
    for (const run of due) run();
  });
}
