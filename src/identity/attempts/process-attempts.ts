import QuickLRU from 'quick-lru';
import { type Limit, TooManyAttempts } from './attempts.service.js';

/** How many windows are kept at least, and twice as many at most; the least recently counted ones are forgotten. */
const WINDOWS = 1_000;

/**
 * Counts attempts in the memory of this process, where a limit protects the server's load and no secret: without a
 * statement, and for each process alone. One kind of limit each, so that none makes another forget.
 */
export class ProcessAttempts {
  readonly #windows = new QuickLRU<string, { count: number; endsAt: number }>({ maxSize: WINDOWS });

  /** Counts an attempt. Throws TooManyAttempts as `AttemptsService.reserve` does. */
  reserve({ key, limit, windowSeconds }: Limit): void {
    const now = Date.now();
    let window = this.#windows.get(key);
    if (!window || window.endsAt <= now) {
      window = { count: 0, endsAt: now + windowSeconds * 1_000 };
      this.#windows.set(key, window);
    }
    window.count += 1;
    if (window.count > limit)
      throw new TooManyAttempts(Math.ceil((window.endsAt - now) / 1_000), window.count === limit + 1);
  }
}
