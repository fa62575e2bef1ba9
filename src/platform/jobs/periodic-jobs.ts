import { describeError, type Logger } from '../telemetry/telemetry.js';

/** A job that comes back every so many seconds. */
export interface Job {
  name: string;
  seconds: number;
  /** Done by every process that has it, or once in each slot of `seconds` by one process of the whole installation. */
  where: 'everywhere' | 'once';
  /** `stopping` aborts when the process is to end; what is left then can be done in another slot. */
  run(stopping: AbortSignal): Promise<void>;
}

/** Runs the work unless another process has done it in this slot, or is at it. */
export type Once = (job: Job, work: () => Promise<void>) => Promise<void>;

/** Starts the periodic jobs; a job that fails is logged and comes back. `stop` waits for the ones that are running. */
export class Upkeep {
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  /** One after another: each holds a connection for its lock while it uses another. */
  #oneByOne: Promise<void> = Promise.resolve();

  constructor(
    private readonly jobs: readonly Job[],
    private readonly once: Once,
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
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  async #run(job: Job): Promise<void> {
    const work = () => job.run(this.#stopping.signal);
    try {
      if (job.where === 'everywhere') await work();
      else {
        const turn = this.#oneByOne.then(() => this.once(job, work));
        this.#oneByOne = turn.catch(() => undefined);
        await turn;
      }
    } catch (error) {
      this.log.warn({ job: job.name, error: describeError(error) }, 'a periodic job failed');
    }
  }
}
