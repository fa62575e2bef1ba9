import type { Step } from './flows.js';
import { percentile } from './report.js';

/** What came of the steps of a while. Latencies in milliseconds, from when a step was meant to start, not when it did. */
export interface Window {
  latencies: number[];
  errors: number;
  /** Steps whose time had come and for which no user was free, at the end. */
  behind: number;
}

/** p50 and p99 of a window, and how many steps a second it had. */
export function summary(
  { latencies }: Window,
  seconds: number,
): { perSecond: number; p50: number; p99: number } {
  const sorted = latencies.toSorted((a, b) => a - b);
  return {
    perSecond: latencies.length / seconds,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
  };
}

/**
 * Load that comes at its own pace, however slowly the answers come, as callers do: a slow answer does not keep the next
 * request from being made (no coordinated omission). A step is of a user, who makes one request after the other; one
 * whose time has come while no user is free waits, and that counts.
 */
export class OpenLoop {
  #window: Window = { latencies: [], errors: 0, behind: 0 };
  readonly #idle: Step[];
  readonly #due: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #underWay = 0;
  /** The first error of all. */
  firstError: Error | undefined;

  constructor(
    users: readonly Step[],
    private readonly perSecond: number,
  ) {
    this.#idle = [...users];
  }

  start(): void {
    this.#next = performance.now();
    this.#timer = setInterval(() => this.#tick(), 1);
  }

  /** What came since the start or the last call. */
  take(): Window {
    const window = { ...this.#window, behind: this.#due.length };
    this.#window = { latencies: [], errors: 0, behind: 0 };
    return window;
  }

  /** Makes no new requests and resolves when those under way are answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#due.length = 0;
    while (this.#underWay > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  #tick(): void {
    for (const now = performance.now(); this.#next <= now; this.#next += 1000 / this.perSecond) {
      this.#due.push(this.#next);
    }
    this.#serve();
  }

  #serve(): void {
    while (this.#due.length > 0) {
      const step = this.#idle.shift();
      if (!step) return;
      void this.#run(step, this.#due.shift() ?? 0);
    }
  }

  async #run(step: Step, intended: number): Promise<void> {
    this.#underWay++;
    try {
      await step();
      this.#window.latencies.push(performance.now() - intended);
    } catch (error) {
      this.firstError ??= error instanceof Error ? error : new Error(String(error));
      this.#window.errors++;
    }
    this.#underWay--;
    this.#idle.push(step);
    this.#serve();
  }
}
