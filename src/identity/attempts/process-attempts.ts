import { type Limit, TooManyAttempts } from './attempts.service.js';

/** How many windows are kept before those that are closed are dropped. */
const MANY = 1_000;

/**
 * Counts attempts in the memory of this process, where a limit protects the server's load and no secret: without a
 * statement, and for each process alone.
 */
export class ProcessAttempts {
  readonly #windows = new Map<string, { count: number; endsAt: number }>();

  /** Counts an attempt. Throws TooManyAttempts as `AttemptsService.reserve` does. */
  reserve({ key, limit, windowSeconds }: Limit): void {
    const now = Date.now();
    let window = this.#windows.get(key);
    if (!window || window.endsAt <= now) {
      if (this.#windows.size >= MANY) this.#dropClosed(now);
      window = { count: 0, endsAt: now + windowSeconds * 1_000 };
      this.#windows.set(key, window);
    }
    window.count += 1;
    if (window.count > limit)
      throw new TooManyAttempts(Math.ceil((window.endsAt - now) / 1_000), window.count === limit + 1);
  }

  #dropClosed(now: number): void {
    for (const [key, { endsAt }] of this.#windows) if (endsAt <= now) this.#windows.delete(key);
  }
}
