import type { MetricObjectWithValues, MetricValue } from 'prom-client';

/** What a process has counted until a moment: JSON, which processes send to each other. */
export type Snapshot = Metric[];

/** A metric with its values. The type is "counter", "gauge" or "histogram", which the library's type does not say. */
type Metric = Omit<MetricObjectWithValues<MetricValue<string>>, 'collect' | 'type'> & { type: unknown };

/** The snapshot of one process of a node. */
export interface ProcessSnapshot {
  /** 0 is the process that was started, the others are its workers. */
  worker: number;
  snapshot: Snapshot;
  /** Whether it is as of now. Else the process did not answer, and this is what it told last. */
  answered: boolean;
}

/** The snapshots of all processes of a node. */
export interface NodeSnapshots {
  processes: ProcessSnapshot[];
  /** The last ones of processes that have ended since the call before. */
  ended: Snapshot[];
}
