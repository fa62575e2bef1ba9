import type { NodeSnapshots } from '../metrics/snapshot.js';

/** A server that answers requests, in this process or in its workers. */
export interface RunningServer {
  port: number;
  /** Lets `/readyz` answer 200. Until then it answers 503. */
  markReady(): void;
  /** What each of its processes has counted. */
  snapshots(): Promise<NodeSnapshots>;
  /** Accepts nothing new and lets requests in flight and periodic jobs end, for as long as the settings allow. */
  close(): Promise<void>;
}
