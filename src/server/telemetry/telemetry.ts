import type { Provider } from 'oidc-provider';
import type { Context } from '../../context.js';
import type { Listener } from '../../platform/http/server.js';
import type { Job } from '../../platform/jobs/periodic-jobs.js';
import type { NodeSnapshots, Snapshot } from '../metrics/snapshot.js';
import type { RequestObserver } from './observed-requests.js';

/** What watches a process. Where a setting is off, its library is not loaded, and nothing is called. */
export interface Telemetry {
  requests: readonly RequestObserver[];
  watchEngine?: (provider: Provider) => void;
  /** The jobs to run in place of these. */
  watchJobs(jobs: Job[]): Job[];
  /** What was counted in this process until now. */
  snapshot(): Promise<Snapshot>;
}

/** Begins to measure this process, as the settings say. */
export async function startTelemetry(context: Context): Promise<Telemetry> {
  if (context.settings.metrics.port === undefined)
    return { requests: [], watchJobs: (jobs) => jobs, snapshot: () => Promise.resolve([]) };
  const { ProcessMetrics } = await import('../metrics/process-metrics.js');
  const metrics = new ProcessMetrics(context);
  return {
    requests: [metrics.requests],
    watchEngine: metrics.watchEngine,
    watchJobs: metrics.watchJobs,
    snapshot: () => metrics.snapshot(),
  };
}

/** Serves what the processes of this node have counted, where METRICS_PORT is set. */
export async function serveMetrics(
  context: Context,
  snapshots: () => Promise<NodeSnapshots>,
): Promise<Listener | undefined> {
  const { port } = context.settings.metrics;
  if (port === undefined) return undefined;
  const { listenForMetrics } = await import('../metrics/metrics-listener.js');
  return listenForMetrics(context, port, snapshots);
}
