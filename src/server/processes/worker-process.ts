import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessSnapshot, Snapshot } from '../metrics/snapshot.js';
import { type Event, send } from './messages.js';

/** Milliseconds after which a connection that was handed over is closed here, taken or not. */
const RELEASE_AFTER_MS = 30_000;
/** How long a worker may take to send what it has counted. */
const COUNT_MS = 1_000;

/** What the worker pool is told of a worker. */
export interface WorkerEvents {
  ready(): void;
  /** Keys or scopes have changed. */
  changed(): void;
  /** The worker received a signal to end. */
  stopRequested(): void;
  /**
   * `waiting` are the connections that it was handed and had not taken yet: nothing of them has been read. `counted` is
   * what it told last of what it has counted.
   */
  ended(how: string, exitCode: number, waiting: Socket[], counted: Snapshot): void;
}

/**
 * One worker as the primary process sees it. A connection stays open here until the worker says that it has taken it, so
 * that none is lost when the worker is killed earlier.
 */
export class WorkerProcess {
  /** How a worker ends that was told to stop. */
  static readonly IN_ORDER = 'exit code 0';
  readonly started = performance.now();
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #state: 'starting' | 'ready' | 'ending' = 'starting';
  readonly #handed = new Map<number, Socket>();
  #connections = 0;
  /** What it sent last of what it has counted. */
  #counted: Snapshot = [];
  #onCounted: (() => void)[] = [];

  /** @param number from 1, of those that run at the same time */
  constructor(
    readonly number: number,
    env: NodeJS.ProcessEnv,
    events: WorkerEvents,
  ) {
    // The program and the flags are those of this process.
    const program = process.argv[1] ?? '';
    this.#child = fork(program, ['worker'], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (event: Event) => this.#receive(event, events));
    this.ended = new Promise((resolve) => {
      const end = (how: string, exitCode: number) => {
        this.#state = 'ending';
        events.ended(how, exitCode, [...this.#handed.values()], this.#counted);
        resolve();
      };
      this.#child.once('exit', (code, signal) => end(signal ?? `exit code ${String(code)}`, code ?? 1));
      this.#child.on('error', (error) => {
        if (this.#child.pid === undefined) end(error.message, 1);
      });
    });
  }

  /** Whether it answers requests: it has sent `ready`, and was not told to stop. */
  get ready(): boolean {
    return this.#state === 'ready';
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Connections that it was handed and has not taken yet: many, when it is busy. */
  get waiting(): number {
    return this.#handed.size;
  }

  hand(socket: Socket): void {
    const connection = ++this.#connections;
    this.#handed.set(connection, socket);
    this.#child.send({ connection }, socket, { keepOpen: true }, () => undefined);
    // A worker without a free file descriptor never takes it; the client then sees a closed connection and may retry.
    setTimeout(() => this.#release(connection), RELEASE_AFTER_MS).unref();
  }

  /** Has it read keys and scopes again. */
  reload(): void {
    send(this.#child, 'reload');
  }

  /** What it has counted until now, or until it last told when it does not answer within a second. */
  async snapshot(): Promise<ProcessSnapshot> {
    const counted = new Promise<true>((resolve) => this.#onCounted.push(() => resolve(true)));
    if (this.ready) send(this.#child, 'count');
    const answered = await Promise.race([counted, sleep(this.ready ? COUNT_MS : 0, false)]);
    return { worker: this.number, snapshot: this.#counted, answered };
  }

  /** Lets its `/readyz` answer 200. */
  markReady(): void {
    send(this.#child, 'mark-ready');
  }

  /** Has it answer the requests that it has and end; connections that were handed to it earlier are answered too. */
  stop(): void {
    this.#state = 'ending';
    send(this.#child, 'stop');
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** Resolves with true when it ends by itself within that time, in milliseconds. */
  async endsWithin(milliseconds: number): Promise<boolean> {
    const over = AbortSignal.timeout(milliseconds);
    return Promise.race([this.ended.then(() => true), once(over, 'abort').then(() => false)]);
  }

  #receive(event: Event, events: WorkerEvents): void {
    if (event === 'changed') events.changed();
    else if (event === 'stop-requested') events.stopRequested();
    else if (event === 'ready') {
      if (this.#state === 'starting') this.#state = 'ready';
      events.ready();
    } else if ('taken' in event) this.#release(event.taken);
    else {
      this.#counted = event.counted;
      for (const told of this.#onCounted.splice(0)) told();
    }
  }

  #release(connection: number): void {
    this.#handed.get(connection)?.destroy();
    this.#handed.delete(connection);
  }
}
