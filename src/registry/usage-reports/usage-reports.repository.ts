import type { Database } from '../../platform/db/database.js';
import { dayText } from '../usage/days.js';
import type { DayCount, HourCount, PeopleCount } from './counts.js';

/** Whose usage: a client's (the id of its record), or all clients of a project or an organization. */
export type UsageScope = { clientRowId: string } | { projectId: string } | { orgId: string };

/** UTC days (see `dayOf`), both included. */
export interface Span {
  from: number;
  to: number;
}

/** The SQL of usage reports. */
export class UsageReportsRepository {
  constructor(private readonly database: Database) {}

  async counts(scope: UsageScope, span: Span): Promise<DayCount[]> {
    const [condition, id] = clientsOf(scope);
    return this.#rows(
      `SELECT day::text AS day, kind, detail, sum(count)::float8 AS count FROM usage_counters
       WHERE ${condition} AND day BETWEEN ?::date AND ?::date GROUP BY day, kind, detail`,
      [id, dayText(span.from), dayText(span.to)],
    );
  }

  /** The hours from `since` on. */
  async hours(scope: UsageScope, since: Date): Promise<HourCount[]> {
    const [condition, id] = clientsOf(scope);
    return this.#rows(
      `SELECT hour, kind, detail, sum(count)::float8 AS count FROM usage_hours
       WHERE ${condition} AND hour >= ?::timestamptz GROUP BY hour, kind, detail`,
      [id, since.toISOString()],
    );
  }

  async people(scope: UsageScope, span: Span): Promise<PeopleCount[]> {
    const [condition, id] = clientsOf(scope);
    return this.#rows(
      `SELECT day::text AS day, count(DISTINCT account_id)::float8 AS people FROM usage_people
       WHERE ${condition} AND day BETWEEN ?::date AND ?::date GROUP BY GROUPING SETS ((day), ())`,
      [id, dayText(span.from), dayText(span.to)],
    );
  }

  /** The latest use of any of the clients, whenever it was. */
  async lastUse(scope: UsageScope): Promise<Date | null> {
    const [condition, id] = clientsOf(scope, 'id');
    const rows = await this.#rows<{ last: Date | null }>(
      `SELECT max(last_used_at) AS last FROM oauth_clients WHERE ${condition}`,
      [id],
    );
    return rows[0]?.last ?? null;
  }

  async #rows<R>(text: string, values: string[]): Promise<R[]> {
    return (await this.database.sql.raw<{ rows: R[] }>(text, values)).rows;
  }
}

function clientsOf(scope: UsageScope, column = 'oauth_client_id'): [condition: string, id: string] {
  if ('clientRowId' in scope) return [`${column} = ?`, scope.clientRowId];
  if ('projectId' in scope) {
    return [`${column} IN (SELECT id FROM oauth_clients WHERE project_id = ?)`, scope.projectId];
  }
  const projects = 'SELECT id FROM projects WHERE org_id = ?';
  return [`${column} IN (SELECT id FROM oauth_clients WHERE project_id IN (${projects}))`, scope.orgId];
}
