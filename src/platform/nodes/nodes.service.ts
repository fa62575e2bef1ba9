import { randomUUID } from 'node:crypto';
import { version } from '../telemetry/version.js';
import type { NodesRepository } from './nodes.repository.js';
import type { RunningProcess } from './running-processes.js';
import { ResponseTimes, summary, summed } from './response-times.js';

/** A node with its processes together; counts and times are of the last five minutes. */
export interface NodeInfo {
  name: string;
  processes: number;
  /** During an upgrade a node may have two. */
  versions: string[];
  startedAt: Date;
  seenAt: Date;
  requests: number;
  p50Ms: number | null;
  p95Ms: number | null;
}

/** Says in the database that this process runs, and how its requests went. */
export class NodesService {
  readonly responseTimes = new ResponseTimes();
  readonly #id = randomUUID();
  readonly #startedAt = new Date();

  /** @param name of the node */
  constructor(
    private readonly repository: NodesRepository,
    private readonly name: string,
  ) {}

  /** Writes it down; others see it until two minutes after the last time. */
  async report(): Promise<void> {
    await this.repository.report({
      id: this.#id,
      name: this.name,
      version: version(),
      startedAt: this.#startedAt,
      durations: this.responseTimes.durations(),
    });
  }
}

/** The nodes that these processes are of, by name. */
export function nodesOf(processes: readonly RunningProcess[]): NodeInfo[] {
  return [...new Set(processes.map(({ name }) => name))].map((name) => {
    const own = processes.filter((one) => one.name === name);
    const times = (pick: (one: RunningProcess) => string) => own.map((one) => Date.parse(pick(one)));
    return {
      name,
      processes: own.length,
      versions: [...new Set(own.map((one) => one.version))],
      startedAt: new Date(Math.min(...times(({ startedAt }) => startedAt))),
      seenAt: new Date(Math.max(...times(({ seenAt }) => seenAt))),
      ...summary(summed(own.map(({ durations }) => durations))),
    };
  });
}
