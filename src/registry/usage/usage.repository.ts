import type { Database, Transaction } from '../../platform/db/database.js';
import { dayOf, dayText, hourStart } from './days.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { Counter, UsageTally } from './usage-tally.js';

/**
 * Rows are locked in one order by every node, clients first: two flushes never wait for each other in a circle, nor for a
 * deletion, which locks the client before what hangs on it.
 */
const LOCK = 'SELECT FROM oauth_clients WHERE client_id = ANY (?) ORDER BY id FOR KEY SHARE';

const COUNT = `
  INSERT INTO usage_counters (oauth_client_id, day, kind, detail, count)
  SELECT c.id, u.day, u.kind, u.detail, sum(u.count)
  FROM unnest(?::text[], ?::date[], ?::text[], ?::text[], ?::bigint[]) AS u (client_id, day, kind, detail, count)
  JOIN oauth_clients c USING (client_id)
  GROUP BY c.id, u.day, u.kind, u.detail ORDER BY c.id, u.day, u.kind, u.detail
  ON CONFLICT (oauth_client_id, day, kind, detail) DO UPDATE SET count = usage_counters.count + excluded.count`;

const COUNT_HOURS = `
  INSERT INTO usage_hours (oauth_client_id, hour, kind, detail, count)
  SELECT c.id, u.hour, u.kind, u.detail, u.count
  FROM unnest(?::text[], ?::timestamptz[], ?::text[], ?::text[], ?::bigint[]) AS u (client_id, hour, kind, detail, count)
  JOIN oauth_clients c USING (client_id)
  ORDER BY c.id, u.hour, u.kind, u.detail
  ON CONFLICT (oauth_client_id, hour, kind, detail) DO UPDATE SET count = usage_hours.count + excluded.count`;

const KEEP_FAILURES = `
  INSERT INTO client_failures (oauth_client_id, code, occurred_at, detail)
  SELECT c.id, u.code, u.at::timestamptz, u.detail::jsonb
  FROM unnest(?::text[], ?::text[], ?::text[], ?::text[]) AS u (client_id, code, at, detail)
  JOIN oauth_clients c USING (client_id)
  ORDER BY c.id, u.code
  ON CONFLICT (oauth_client_id, code) DO UPDATE SET occurred_at = excluded.occurred_at, detail = excluded.detail
  WHERE client_failures.occurred_at <= excluded.occurred_at`;

const PURGE_HOURS = `
  DELETE FROM usage_hours WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM usage_hours WHERE hour < now() - interval '50 hours' ORDER BY hour LIMIT $1))`;
const PURGE_HOURS_OF_PROJECTS = `
  DELETE FROM project_usage_hours WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM project_usage_hours WHERE hour < now() - interval '50 hours' ORDER BY hour LIMIT $1))`;
const PURGE_FAILURES = `
  DELETE FROM client_failures WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM client_failures WHERE occurred_at < now() - interval '90 days' ORDER BY occurred_at LIMIT $1))`;

const ADD_PEOPLE = `
  INSERT INTO usage_people (oauth_client_id, day, account_id)
  SELECT c.id, u.day, u.account_id
  FROM unnest(?::text[], ?::date[], ?::uuid[]) AS u (client_id, day, account_id) JOIN oauth_clients c USING (client_id)
  ORDER BY c.id, u.day, u.account_id
  ON CONFLICT DO NOTHING`;

/** Only what is newer by half a minute, so that a busy client's row is not written with every flush. */
const markUsed = (table: string, key: string, type: string): string => `
  WITH used AS (
    SELECT t.id, u.at FROM unnest(?::${type}[], ?::float8[]) AS m (key, seconds)
    CROSS JOIN LATERAL (SELECT least(to_timestamp(m.seconds), now()) AS at) AS u
    JOIN ${table} t ON t.${key} = m.key
    WHERE t.last_used_at IS NULL OR t.last_used_at < u.at - interval '30 seconds'
    ORDER BY t.id FOR NO KEY UPDATE OF t)
  UPDATE ${table} t SET last_used_at = used.at FROM used WHERE t.id = used.id`;
const MARK_CLIENTS = markUsed('oauth_clients', 'client_id', 'text');
const MARK_SECRETS = markUsed('oauth_client_secrets', 'id', 'uuid');

/** Writes usage. Clients and secrets that do not exist are ignored, so that requests with invented names add no rows. */
export class UsageRepository {
  constructor(private readonly database: Database) {}

  /** All of it in one transaction, which gives up when it has waited three seconds for a lock. */
  write(tally: UsageTally): Promise<void> {
    const { counters, failures, people, clients, secrets } = tally;
    const names = new Set([...counters, ...failures, ...people].map(({ clientId }) => clientId));
    for (const clientId of clients.keys()) names.add(clientId);
    return this.database.transaction(async (tx) => {
      await tx.raw("SET LOCAL lock_timeout = '3s'");
      await tx.raw(LOCK, [[...names]]);
      const column = <T>(pick: (counter: Counter) => T) => counters.map(pick);
      const clientIds = column(({ clientId }) => clientId);
      const counted = [
        column(({ kind }) => kind),
        column(({ detail }) => detail),
        column(({ count }) => count),
      ];
      const starts = column(({ hour }) => hourStart(hour));
      await tx.raw(COUNT, [clientIds, starts.map((start) => dayText(dayOf(start.getTime()))), ...counted]);
      await tx.raw(COUNT_HOURS, [clientIds, starts.map((start) => start.toISOString()), ...counted]);
      await tx.raw(KEEP_FAILURES, [
        failures.map(({ clientId }) => clientId),
        failures.map(({ code }) => code),
        failures.map(({ time }) => new Date(time).toISOString()),
        failures.map(({ detail }) => JSON.stringify(toSnake(detail))),
      ]);
      await tx.raw(ADD_PEOPLE, [
        people.map(({ clientId }) => clientId),
        people.map(({ day }) => dayText(day)),
        people.map(({ accountId }) => accountId),
      ]);
      await mark(tx, MARK_CLIENTS, clients);
      await mark(tx, MARK_SECRETS, secrets);
    });
  }

  /** Deletes at most so many rows of hours that are over for two days; returns how many. */
  async purgeHours(limit: number): Promise<number> {
    const query = { name: 'usage_hours_purge', text: PURGE_HOURS, values: [limit] };
    return (await this.database.background(query)).rowCount ?? 0;
  }

  /** The same for the hours of projects. */
  async purgeHoursOfProjects(limit: number): Promise<number> {
    const query = { name: 'project_usage_hours_purge', text: PURGE_HOURS_OF_PROJECTS, values: [limit] };
    return (await this.database.background(query)).rowCount ?? 0;
  }

  /** Deletes at most so many failures of more than 90 days ago; returns how many. */
  async purgeFailures(limit: number): Promise<number> {
    const query = { name: 'client_failures_purge', text: PURGE_FAILURES, values: [limit] };
    return (await this.database.background(query)).rowCount ?? 0;
  }
}

async function mark(tx: Transaction, statement: string, used: ReadonlyMap<string, number>): Promise<void> {
  await tx.raw(statement, [[...used.keys()], [...used.values()].map((time) => time / 1000)]);
}
