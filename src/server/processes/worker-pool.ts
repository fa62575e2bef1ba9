import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../platform/telemetry/telemetry.js';
import { WorkerProcess } from './worker-process.js';

/** A worker that lived this long, in milliseconds, did not end because it cannot start. */
const STEADY = 10_000;
const FIRST_WAIT = 200;
const LONGEST_WAIT = 10_000;
/** How long a worker may take, in milliseconds, to let go of everything once its requests are answered. */
const CLOSING_TIME = 10_000;

/** A worker ended before it could answer anything; it has said why on stderr. */
export class WorkerFailed extends Error {
  override readonly name = 'WorkerFailed';
  constructor(
    how: string,
    readonly exitCode: number,
  ) {
    super(`A worker could not start (${how}).`);
  }
}

/** As many workers as there shall be: one that ends is replaced, and each connection goes to one of them. */
export class Workforce {
  /** The one that got a connection last comes last. */
  readonly #workers = new Set<WorkerProcess>();
  /** Connections that came while no worker was ready. */
  #unclaimed: Socket[] = [];
  /** Workers in a row that ended soon after their start. */
  #failures = 0;
  readonly #stopping = new AbortController();

  /** @param environment of the workers. */
  constructor(
    private readonly environment: NodeJS.ProcessEnv,
    private readonly log: Logger,
  ) {}

  /** Resolves when all of them can answer requests. Throws WorkerFailed, and has ended all, when one cannot start. */
  async start(count: number): Promise<void> {
    try {
      await Promise.all(Array.from({ length: count }, () => this.#startOne()));
    } catch (error) {
      this.#stopping.abort();
      await Promise.all([...this.#workers].map((worker) => worker.kill()));
      throw error;
    }
  }

  /** Gives the connection to the worker that is least behind with taking them, in turn when several are. */
  hand(socket: Socket): void {
    socket.on('error', () => undefined);
    const ready = [...this.#workers].filter((worker) => worker.ready);
    const [chosen] = ready.toSorted((a, b) => a.waiting - b.waiting);
    if (chosen) {
      chosen.hand(socket);
      this.#workers.delete(chosen);
      this.#workers.add(chosen);
    } else if (this.#stopping.signal.aborted) socket.destroy();
    else this.#unclaimed.push(socket);
  }

  /** Lets requests in flight end for at most so many seconds, and ends every worker. */
  async stop(timeoutSeconds: number): Promise<void> {
    this.#stopping.abort();
    const deadline = timeoutSeconds * 1000 + CLOSING_TIME;
    for (const worker of this.#workers) worker.stop();
    await Promise.all(
      [...this.#workers].map(async (worker) => {
        if (await worker.endsWithin(deadline)) return;
        this.log.warn({ worker: worker.pid }, 'a worker did not end and was killed');
        await worker.kill();
      }),
    );
    for (const socket of this.#unclaimed) socket.destroy();
  }

  /** Resolves when the worker is ready. Throws WorkerFailed when it ends first; later it is replaced. */
  #startOne(): Promise<void> {
    return new Promise((resolve, reject) => {
      let wasReady = false;
      const worker = new WorkerProcess(this.environment, {
        ready: () => {
          wasReady = true;
          resolve();
          for (const socket of this.#unclaimed.splice(0)) this.hand(socket);
        },
        changed: () => {
          for (const other of this.#workers) if (other !== worker) other.lookAgain();
        },
        askedToStop: () => {
          if (worker.ready) worker.stop();
        },
        ended: (how, exitCode, unclaimed) => {
          this.#workers.delete(worker);
          for (const socket of unclaimed) this.hand(socket);
          if (!wasReady) reject(new WorkerFailed(how, exitCode));
          else if (!this.#stopping.signal.aborted) void this.#replace(worker, how);
        },
      });
      this.#workers.add(worker);
    });
  }

  async #replace(worker: WorkerProcess, how: string): Promise<void> {
    const asked = how === WorkerProcess.IN_ORDER;
    this.log[asked ? 'info' : 'error']({ worker: worker.pid, how }, 'a worker ended and is replaced');
    this.#failures = asked || performance.now() - worker.started >= STEADY ? 0 : this.#failures + 1;
    for (;;) {
      const wait = this.#failures === 0 ? 0 : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.#failures - 1));
      try {
        await sleep(wait, undefined, { signal: this.#stopping.signal });
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
