import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeSnapshots, Snapshot } from '../metrics/snapshot.js';
import type { Logger } from '../../platform/telemetry/telemetry.js';
import { WorkerProcess } from './worker-process.js';

/** A worker that ran this long has started successfully, whatever ended it. */
const STARTED_AFTER_MS = 10_000;
const FIRST_RESTART_DELAY_MS = 200;
const MAX_RESTART_DELAY_MS = 10_000;
/** How long a worker may take to close its connections and its database pool once its requests are answered. */
const CLOSING_TIME_MS = 10_000;

/** A worker ended before it could answer requests; it has printed the reason on stderr. */
export class WorkerFailed extends Error {
  override readonly name = 'WorkerFailed';
  constructor(
    how: string,
    readonly exitCode: number,
  ) {
    super(`A worker could not start (${how}).`);
  }
}

/** Keeps a number of workers running: one that ends is replaced. Each connection is handed to one of them. */
export class WorkerPool {
  /** In the order in which they were last handed a connection. */
  readonly #workers = new Set<WorkerProcess>();
  /** Connections that came while no worker was ready. */
  #waiting: Socket[] = [];
  #markedReady = false;
  /** What workers had counted that have ended since the last call of `snapshots`. */
  #ended: Snapshot[] = [];
  /** Consecutive workers that ended soon after their start. */
  #failures = 0;
  readonly #stopping = new AbortController();

  /** @param environment of the workers. */
  constructor(
    private readonly environment: NodeJS.ProcessEnv,
    private readonly log: Logger,
  ) {}

  /** Resolves when all workers can answer requests. When one cannot start, kills all and throws WorkerFailed. */
  async start(count: number): Promise<void> {
    try {
      await Promise.all(Array.from({ length: count }, () => this.#startOne()));
    } catch (error) {
      this.#stopping.abort();
      await Promise.all([...this.#workers].map((worker) => worker.kill()));
      throw error;
    }
  }

  /** Gives the connection to the worker with the fewest connections waiting; round robin among equals. */
  hand(socket: Socket): void {
    socket.on('error', () => undefined);
    const ready = [...this.#workers].filter((worker) => worker.ready);
    const [chosen] = ready.toSorted((a, b) => a.waiting - b.waiting);
    if (chosen) {
      chosen.hand(socket);
      this.#workers.delete(chosen);
      this.#workers.add(chosen);
    } else if (this.#stopping.signal.aborted) socket.destroy();
    else this.#waiting.push(socket);
  }

  /** Lets `/readyz` of every worker, also of later ones, answer 200. */
  markReady(): void {
    this.#markedReady = true;
    for (const worker of this.#workers) if (worker.ready) worker.markReady();
  }

  /** What each worker has counted. */
  async snapshots(): Promise<NodeSnapshots> {
    const processes = await Promise.all([...this.#workers].map((worker) => worker.snapshot()));
    return { processes, ended: this.#ended.splice(0) };
  }

  /** Ends every worker; requests in flight have that many seconds to be answered. */
  async stop(timeoutSeconds: number): Promise<void> {
    this.#stopping.abort();
    const deadline = timeoutSeconds * 1000 + CLOSING_TIME_MS;
    // No worker is going to take them: each is told to stop, and none is started any more.
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    for (const worker of this.#workers) worker.stop();
    await Promise.all(
      [...this.#workers].map(async (worker) => {
        if (await worker.endsWithin(deadline)) return;
        this.log.warn({ worker: worker.pid }, 'a worker did not end and was killed');
        await worker.kill();
      }),
    );
  }

  /** Resolves when the worker is ready. Throws WorkerFailed when it ends first; later it is replaced. */
  #startOne(): Promise<void> {
    return new Promise((resolve, reject) => {
      let wasReady = false;
      const worker = new WorkerProcess(this.#freeNumber(), this.environment, {
        ready: () => {
          wasReady = true;
          resolve();
          if (this.#markedReady) worker.markReady();
          for (const socket of this.#waiting.splice(0)) this.hand(socket);
        },
        changed: () => {
          for (const other of this.#workers) if (other !== worker) other.reload();
        },
        stopRequested: () => {
          // One that is still starting has the message when it has started.
          worker.stop();
        },
        ended: (how, exitCode, waiting, counted) => {
          this.#workers.delete(worker);
          if (counted.length > 0) this.#ended.push(counted);
          for (const socket of waiting) this.hand(socket);
          if (!wasReady) reject(new WorkerFailed(how, exitCode));
          else if (!this.#stopping.signal.aborted) void this.#replace(worker, how);
        },
      });
      this.#workers.add(worker);
    });
  }

  #freeNumber(): number {
    const taken = new Set([...this.#workers].map(({ number }) => number));
    let number = 1;
    while (taken.has(number)) number++;
    return number;
  }

  async #replace(worker: WorkerProcess, how: string): Promise<void> {
    const requested = how === WorkerProcess.IN_ORDER;
    this.log[requested ? 'info' : 'error']({ worker: worker.pid, how }, 'a worker ended and is replaced');
    const started = requested || performance.now() - worker.started >= STARTED_AFTER_MS;
    this.#failures = started ? 0 : this.#failures + 1;
    for (;;) {
      const delay = Math.min(MAX_RESTART_DELAY_MS, FIRST_RESTART_DELAY_MS * 2 ** (this.#failures - 1));
      try {
        await sleep(this.#failures === 0 ? 0 : delay, undefined, { signal: this.#stopping.signal });
        await this.#startOne();
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#failures++;
        this.log.warn({ how: String(error) }, 'a worker could not be replaced yet');
      }
    }
  }
}
