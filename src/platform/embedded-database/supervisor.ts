import { setTimeout as sleep } from 'node:timers/promises';

/** A server that was started. */
export interface RunningServer {
  /** How it ended, when it has. */
  ended: Promise<string>;
  /** Safe to call when it has ended. */
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Keeps a server running until the returned function is called, which stops it. A server that ends by itself is started
 * again at once, and after growing pauses for as long as that fails.
 *
 * @param start throws when the server does not start
 * @param warn receives each end and each start that failed
 */
export function keepRunning(
  first: RunningServer,
  start: () => Promise<RunningServer>,
  warn: (message: string) => void,
): () => Promise<void> {
  const stopping = new AbortController();
  const startAgain = async (): Promise<RunningServer | undefined> => {
    for (
      let pause = FIRST_PAUSE_MS;
      !stopping.signal.aborted;
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS)
    ) {
      try {
        return await start();
      } catch (error) {
        warn(String(error));
      }
      await sleep(pause, undefined, { ref: false, signal: stopping.signal }).catch(() => undefined);
    }
    return undefined;
  };
  const keep = async (): Promise<RunningServer | undefined> => {
    let server: RunningServer | undefined = first;
    const stopped = new Promise<void>((resolve) =>
      stopping.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    while (server && !stopping.signal.aborted) {
      const how = await Promise.race([server.ended, stopped]);
      if (how === undefined || stopping.signal.aborted) break;
      warn(`PostgreSQL ended by itself (${how}) and is started again.`);
      server = await startAgain();
    }
    return server;
  };
  const kept = keep();
  return async () => {
    stopping.abort();
    await (await kept)?.stop();
  };
}
