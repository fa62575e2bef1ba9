import type { Provider } from 'oidc-provider';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Context } from '../../context.js';
import type { Job } from '../../platform/jobs/periodic-jobs.js';
import type { RequestObserver } from '../telemetry/observed-requests.js';
import { jobMetrics } from './job-metrics.js';
import { loadGauges } from './load-gauges.js';
import { protocolMetrics } from './protocol-metrics.js';
import { requestMetrics } from './request-metrics.js';
import type { Snapshot } from './snapshot.js';

/** What one process measures of itself. */
export class ProcessMetrics {
  readonly requests: RequestObserver;
  readonly watchEngine: (provider: Provider) => void;
  /** The jobs, which are counted from then on. */
  readonly watchJobs: (jobs: Job[]) => Job[];
  readonly #registry = new Registry();

  constructor(context: Pick<Context, 'database' | 'hashing'>) {
    collectDefaultMetrics({ register: this.#registry });
    this.requests = requestMetrics(this.#registry);
    this.watchEngine = protocolMetrics(this.#registry);
    this.watchJobs = jobMetrics(this.#registry);
    loadGauges(this.#registry, context);
  }

  snapshot(): Promise<Snapshot> {
    return this.#registry.getMetricsAsJSON();
  }
}
