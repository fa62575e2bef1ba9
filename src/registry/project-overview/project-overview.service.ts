import { nodesOf } from '../../platform/nodes/nodes.service.js';
import { dayText, hourOf, hourStart } from '../usage/days.js';
import { failureOf } from '../client-failures/client-failures.service.js';
import { dailyUsage, hourlyUsage, lastDays } from '../usage-reports/usage-reports.service.js';
import { MOST_COUNTED, type ProjectOverviewRepository } from './project-overview.repository.js';

const HOURS = 48;

/** What operators of a project want to know first: its usage, and what needs them. */
export class ProjectOverviewService {
  constructor(private readonly repository: ProjectOverviewRepository) {}

  /** @param withNodes whether the nodes of the installation are among it, which are none of a project's business */
  async of(projectId: string, withNodes: boolean, now = Date.now()) {
    const span = lastDays();
    const first = hourOf(now) - HOURS + 1;
    const row = await this.repository.read(projectId, {
      from: dayText(span.from),
      to: dayText(span.to),
      since: hourStart(first).toISOString(),
      nodes: withNodes,
    });
    const hours = row.hours.map((one) => ({ ...one, hour: new Date(one.hour) }));
    return {
      ...dailyUsage(row.days, row.people, span),
      ...hourlyUsage(hours, first),
      failures: row.failures.map((failure) => ({
        client: { id: failure.id, clientName: failure.clientName },
        ...failureOf(failure),
      })),
      secrets: row.secrets.map(({ id, clientName, hint, createdAt, lastUsedAt }) => ({
        client: { id, clientName },
        hint,
        createdAt: new Date(createdAt),
        lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt),
      })),
      verifications: row.verifications.map(({ id, clientName, host, status, startedAt }) => ({
        client: { id, clientName },
        host,
        status,
        startedAt: new Date(startedAt),
      })),
      clients: Math.min(row.clients, MOST_COUNTED),
      unusedClients: Math.min(row.unusedClients, MOST_COUNTED),
      isCounted: row.clients <= MOST_COUNTED,
      expiringTokens: row.expiringTokens,
      keys: row.keys.map(({ alg, createdAt }) => ({ alg, createdAt: new Date(createdAt) })),
      nodes: withNodes ? nodesOf(row.nodes) : null,
    };
  }
}

export type ProjectOverview = Awaited<ReturnType<ProjectOverviewService['of']>>;
