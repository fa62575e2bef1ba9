import type { ChildProcess } from 'node:child_process';
import type { Snapshot } from '../metrics/snapshot.js';

/**
 * What the primary process sends to a worker. `connection` comes with a socket and is the number that `taken` names;
 * `reload`: keys or scopes have changed; `count`: it is to send what it has counted; `mark-ready`: `/readyz` may answer
 * 200 from now on.
 */
export type Command = { connection: number } | 'reload' | 'count' | 'mark-ready' | 'stop';

/**
 * What a worker sends to the primary process. `ready`: it can answer requests; `taken`: it owns that connection now;
 * `counted`: what it has counted until now; `changed`: it saw that keys or scopes have changed; `stop-requested`: it
 * received a signal to end.
 */
export type Event = { taken: number } | { counted: Snapshot } | 'ready' | 'changed' | 'stop-requested';

/** Sends a message to the other process; does nothing when that has ended. */
export function send(process: NodeJS.Process | ChildProcess, message: Command | Event): void {
  // An error means that the process is ending, which the sender learns from its exit.
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}
