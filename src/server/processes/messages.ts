import type { ChildProcess } from 'node:child_process';

/** What the primary process tells a worker. `connection` comes with a socket, and names it for `taken`. */
export type Order = { connection: number } | 'look again' | 'stop';

/**
 * What a worker tells the primary process: that it can answer requests; that a connection is its own now; that keys or
 * scopes have changed; that somebody asked it to end.
 */
export type Report = { taken: number } | 'ready' | 'changed' | 'asked to stop';

/** The primary process as a worker sees it, or a worker as the primary does: nobody, when it is gone. */
export function tell(process: NodeJS.Process | ChildProcess, message: Order | Report): void {
  // An error means that it is ending; whoever waits for it learns of that from its end.
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}
