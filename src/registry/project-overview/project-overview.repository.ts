import type { Database } from '../../platform/db/database.js';
import { RUNNING_PROCESSES, type RunningProcess } from '../../platform/nodes/running-processes.js';
import type { DayCount, HourCount, PeopleCount } from '../usage-reports/counts.js';
import { FAILURE_COLUMNS, type FailureRow } from '../client-failures/failure-row.js';

/** A client by its record's id and its name. */
export interface NamedClient {
  id: string;
  clientName: string;
}

/** What is read of a project at once; times inside are texts. */
export interface OverviewRow {
  days: DayCount[];
  hours: (Omit<HourCount, 'hour'> & { hour: string })[];
  people: PeopleCount[];
  failures: (FailureRow & NamedClient)[];
  secrets: (NamedClient & { hint: string; createdAt: string; lastUsedAt: string | null })[];
  /** At most one more than is told apart. */
  clients: number;
  unusedClients: number;
  verifications: (NamedClient & { host: string; status: string; startedAt: string })[];
  expiringTokens: number;
  keys: { alg: string; createdAt: string }[];
  /** None unless they were asked for. */
  nodes: RunningProcess[];
}

/** Larger counts are not told apart, so that no count reads a large table. */
export const MOST_COUNTED = 1_000;
const LISTED = 8;
/** Of the oldest secrets so many are looked at. */
const SECRETS_SEEN = 500;

const listOf = (rows: string) => `(SELECT coalesce(json_agg(r), '[]') FROM (${rows}) r)`;
const counted = (rows: string) => `(SELECT count(*)::int FROM (${rows} LIMIT ${String(MOST_COUNTED + 1)}) r)`;
const LIVE = 'c.project_id = :project AND c.deleted_at IS NULL';

const READ = `SELECT
  ${listOf(`SELECT day::text AS day, kind, detail, count::float8 AS count FROM project_usage_days
    WHERE project_id = :project AND day BETWEEN :from::date AND :to::date`)} AS days,
  ${listOf(`SELECT hour, kind, detail, count::float8 AS count FROM project_usage_hours
    WHERE project_id = :project AND hour >= :since::timestamptz`)} AS hours,
  ${listOf(`SELECT day::text AS day, people::float8 AS people FROM project_people_days
      WHERE project_id = :project AND day BETWEEN :from::date AND :to::date
    UNION ALL SELECT NULL, count(*)::float8 FROM project_people
      WHERE project_id = :project AND last_day >= :from::date`)} AS people,
  ${listOf(`SELECT c.id, c.client_name AS "clientName", ${FAILURE_COLUMNS}
    FROM client_failures f JOIN oauth_clients c ON c.id = f.oauth_client_id
    WHERE ${LIVE} AND f.occurred_at > now() - interval '30 days'
    ORDER BY f.occurred_at DESC LIMIT ${String(LISTED)}`)} AS failures,
  ${listOf(`SELECT * FROM (
      SELECT c.id, c.client_name AS "clientName", s.hint, s.created_at AS "createdAt", s.last_used_at AS "lastUsedAt"
      FROM oauth_client_secrets s JOIN oauth_clients c ON c.id = s.oauth_client_id
      WHERE ${LIVE} AND s.created_at < now() - interval '90 days' ORDER BY s.created_at LIMIT ${String(SECRETS_SEEN)}) o
    WHERE "createdAt" < now() - interval '1 year' OR coalesce("lastUsedAt", "createdAt") < now() - interval '90 days'
    LIMIT ${String(LISTED)}`)} AS secrets,
  ${counted(`SELECT FROM oauth_clients c WHERE ${LIVE}`)} AS clients,
  ${counted(`SELECT FROM oauth_clients c WHERE ${LIVE}
    AND coalesce(last_used_at, created_at) < now() - interval '90 days'
    ORDER BY coalesce(last_used_at, created_at) DESC`)} AS "unusedClients",
  ${listOf(`SELECT c.id, c.client_name AS "clientName", v.host, v.status, v.started_at AS "startedAt"
    FROM publisher_verifications v JOIN oauth_clients c ON c.id = v.oauth_client_id
    WHERE ${LIVE} AND v.status <> 'verified' ORDER BY v.started_at DESC LIMIT ${String(LISTED)}`)} AS verifications,
  (SELECT count(*)::int FROM initial_access_tokens t WHERE t.project_id = :project AND t.uses < t.max_uses
    AND t.expires_at BETWEEN now() AND now() + interval '7 days'
    AND t.expires_at - t.created_at > interval '7 days') AS "expiringTokens",
  ${listOf(`SELECT alg, created_at AS "createdAt" FROM signing_keys WHERE state = 'current' ORDER BY alg`)} AS keys,
  ${listOf(`SELECT * FROM (${RUNNING_PROCESSES}) n WHERE :nodes::boolean`)} AS nodes`;

/** The SQL of a project's overview. */
export class ProjectOverviewRepository {
  constructor(private readonly database: Database) {}

  /** One statement. Days are YYYY-MM-DD, both included. */
  async read(
    project: string,
    asked: { from: string; to: string; since: string; nodes: boolean },
  ): Promise<OverviewRow> {
    const { rows } = await this.database.sql.raw<{ rows: OverviewRow[] }>(READ, { project, ...asked });
    const [row] = rows;
    if (!row) throw new Error('a statement without FROM has one row');
    return row;
  }
}
