import { describeError, type Logger } from '../telemetry/telemetry.js';

/** A job that runs at a fixed interval. */
export interface Job {
  name: string;
  /** The interval. */
  seconds: number;
  /** Run by every process that has it, or, in each interval, by one process of the installation. */
  where: 'everywhere' | 'once';
  /** `stopping` aborts when the process is to end; the rest of the work is left to the next run. */
  run(stopping: AbortSignal): Promise<void>;
}

/** Runs the work unless another process has run it in this interval or is running it. */
export type RunOnce = (job: Job, work: () => Promise<void>) => Promise<void>;

/** Runs jobs at their intervals. A job that fails is logged and runs again. `stop` waits for the jobs that are running. */
export class PeriodicJobs {
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  /** Jobs of kind `once` run one at a time: each holds a connection for its lock and uses another one. */
  #oneByOne: Promise<void> = Promise.resolve();

  constructor(
    private readonly jobs: readonly Job[],
    private readonly once: RunOnce,
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
