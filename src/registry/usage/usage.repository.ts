import type { Database, Transaction } from '../../platform/db/database.js';
import { dayText } from './days.js';
import type { UsageTally } from './usage-tally.js';

/**
 * Rows are locked in one order by every node, clients first: two flushes never wait for each other in a circle, nor for a
 * deletion, which locks the client before what hangs on it.
 */
const LOCK = 'SELECT FROM oauth_clients WHERE client_id = ANY (?) ORDER BY id FOR KEY SHARE';

const COUNT = `
  INSERT INTO usage_counters (oauth_client_id, day, kind, detail, count)
  SELECT c.id, u.day, u.kind, u.detail, u.count
  FROM unnest(?::text[], ?::date[], ?::text[], ?::text[], ?::bigint[]) AS u (client_id, day, kind, detail, count)
  JOIN oauth_clients c USING (client_id)
  ORDER BY c.id, u.day, u.kind, u.detail
  ON CONFLICT (oauth_client_id, day, kind, detail) DO UPDATE SET count = usage_counters.count + excluded.count`;

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
    const { counters, people, clients, secrets } = tally;
    const names = new Set([...counters, ...people].map(({ clientId }) => clientId));
    for (const clientId of clients.keys()) names.add(clientId);
    return this.database.transaction(async (tx) => {
      await tx.raw("SET LOCAL lock_timeout = '3s'");
      await tx.raw(LOCK, [[...names]]);
      await tx.raw(COUNT, [
        counters.map(({ clientId }) => clientId),
        counters.map(({ day }) => dayText(day)),
        counters.map(({ kind }) => kind),
        counters.map(({ detail }) => detail),
        counters.map(({ count }) => count),
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
}

async function mark(tx: Transaction, statement: string, used: ReadonlyMap<string, number>): Promise<void> {
  await tx.raw(statement, [[...used.keys()], [...used.values()].map((time) => time / 1000)]);
}
