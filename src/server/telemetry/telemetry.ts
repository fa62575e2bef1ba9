import type { Provider } from 'oidc-provider';
import type { Context } from '../../context.js';
import type { Listener } from '../../platform/http/server.js';
import type { Job } from '../../platform/jobs/periodic-jobs.js';
import type { NodeSnapshots, Snapshot } from '../metrics/snapshot.js';
import type { RequestObserver } from './observed-requests.js';

/** What watches a process. Where a setting is off, its library is not loaded, and nothing is called. */
export interface Telemetry {
  requests: readonly RequestObserver[];
  watchEngine: ((provider: Provider) => void) | undefined;
  /** The jobs to run in place of these. */
  watchJobs(jobs: Job[]): Job[];
  /** What was counted in this process until now. */
  snapshot(): Promise<Snapshot>;
  /** Sends what is not sent yet, after the last request. */
  stop(): Promise<void>;
}

/** Begins to measure and trace this process, as the settings say. */
export async function startTelemetry(context: Context): Promise<Telemetry> {
  const { metrics: metered, tracing: traced } = context.settings;
  const metrics =
    metered.port === undefined
      ? undefined
      : new (await import('../metrics/process-metrics.js')).ProcessMetrics(context);
  const tracing = traced.on ? new (await import('../tracing/tracing.js')).Tracing(context) : undefined;
  return {
    requests: [metrics, tracing].flatMap((part) => part?.requests ?? []),
    watchEngine: metrics?.watchEngine,
    watchJobs: (jobs) => metrics?.watchJobs(jobs) ?? jobs,
    snapshot: async () => metrics?.snapshot() ?? [],
    stop: async () => tracing?.stop(),
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
