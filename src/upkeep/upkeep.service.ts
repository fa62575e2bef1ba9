import { describeError, type Logger } from '../telemetry.js';

/** A job that comes back every so many seconds. */
export interface Job {
  name: string;
  seconds: number;
  /** Run on every node, or on one node at a time. */
  where: 'each-node' | 'one-node';
  run(): Promise<void>;
}

/** Runs the work unless another node is at it. */
export type Exclusively = (name: string, work: () => Promise<void>) => Promise<void>;

/** Starts the periodic jobs; a job that fails is logged and comes back. `stop` waits for the ones that are running. */
export class Upkeep {
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #running = new Set<Promise<void>>();
  /** One after another: each holds a connection for its lock while it uses another. */
  #oneByOne: Promise<void> = Promise.resolve();

  constructor(
    private readonly jobs: readonly Job[],
    private readonly exclusively: Exclusively,
    private readonly log: Logger,
  ) {}

  start(): void {
    for (const job of this.jobs) {
      let busy = false;
      const timer = setInterval(() => {
        if (busy) return;
        busy = true;
        const run = this.#run(job).finally(() => {
          busy = false;
          this.#running.delete(run);
        });
        this.#running.add(run);
      }, job.seconds * 1000);
      timer.unref();
      this.#timers.push(timer);
    }
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#running);
  }

  async #run(job: Job): Promise<void> {
    try {
      if (job.where === 'each-node') await job.run();
      else {
        const turn = this.#oneByOne.then(() => this.exclusively(job.name, () => job.run()));
        this.#oneByOne = turn.catch(() => undefined);
        await turn;
      }
    } catch (error) {
      this.log.warn({ job: job.name, error: describeError(error) }, 'a periodic job failed');
    }
  }
}
