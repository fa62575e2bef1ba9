import { AggregatorRegistry } from 'prom-client';
import { InstallationMetrics, type InstallationServices } from './installation-metrics.js';
import type { NodeSnapshots, ProcessSnapshot, Snapshot } from './snapshot.js';

/**
 * What `/metrics` answers: counters and histograms of all processes of the node together, gauges of each process with the
 * label `worker`, and what is the same on every node. What workers had counted that have ended is still in the sums.
 */
export class NodeMetrics {
  readonly #installation: InstallationMetrics;
  #ended: Snapshot = [];
  #scrape: Promise<string> | undefined;

  constructor(
    services: InstallationServices,
    private readonly snapshots: () => Promise<NodeSnapshots>,
  ) {
    this.#installation = new InstallationMetrics(services);
  }

  /** As text for Prometheus. Requests at the same time share one scrape. */
  text(): Promise<string> {
    this.#scrape ??= this.#text().finally(() => (this.#scrape = undefined));
    return this.#scrape;
  }

  async #text(): Promise<string> {
    const [installation, { processes, ended }] = await Promise.all([
      this.#installation.text(),
      this.snapshots(),
    ]);
    if (ended.length > 0) this.#ended = await sum([this.#ended, ...ended.map(countersOf)]);
    const all = AggregatorRegistry.aggregate([this.#ended, ...processes.map(labelled), upOf(processes)]);
    return `${await all.metrics()}\n${installation}`;
  }
}

function sum(snapshots: Snapshot[]): Promise<Snapshot> {
  return AggregatorRegistry.aggregate(snapshots).getMetricsAsJSON();
}

function isGauge({ type }: Snapshot[number]): boolean {
  return type === 'gauge';
}

function countersOf(snapshot: Snapshot): Snapshot {
  return snapshot.filter((metric) => !isGauge(metric));
}

/** A process that did not answer has counters, but no gauges: they are of another moment. */
function labelled({ worker, snapshot, answered }: ProcessSnapshot): Snapshot {
  if (!answered) return countersOf(snapshot);
  return snapshot.map((metric) =>
    isGauge(metric)
      ? {
          ...metric,
          aggregator: 'sum',
          values: metric.values
            // What has no value is NaN here and null in JSON.
            .filter(({ value }) => Number.isFinite(value))
            .map((value) => ({ ...value, labels: { ...value.labels, worker: String(worker) } })),
        }
      : metric,
  );
}

function upOf(processes: readonly ProcessSnapshot[]): Snapshot {
  return [
    {
      name: 'postern_worker_up',
      help: 'Whether the process of the node answered this scrape: 1 or 0.',
      type: 'gauge',
      aggregator: 'sum',
      values: processes.map(({ worker, answered }) => ({
        value: answered ? 1 : 0,
        labels: { worker: String(worker) },
      })),
    },
  ];
}
