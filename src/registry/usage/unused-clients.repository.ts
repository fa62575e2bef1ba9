import type { Database, Transaction } from '../../platform/db/database.js';

/** A client to delete, with its tenant. */
export interface UnusedClient {
  id: string;
  orgId: string;
  projectId: string;
}

const UNUSED = `c.registration_type = 'dynamic' AND c.deleted_at IS NULL
  AND c.created_at < now() - make_interval(days => ?::int)
  AND coalesce(c.last_used_at, c.created_at) < now() - make_interval(days => ?::int)
  AND NOT EXISTS (SELECT FROM artifacts a WHERE a.client_id = c.client_id AND a.expires_at > now())`;

/** Reads oauth_clients_dynamic_last_use_index. A client that another transaction has locked is in use. */
const LOCK = `SELECT c.id FROM oauth_clients c WHERE ${UNUSED}
  ORDER BY coalesce(c.last_used_at, c.created_at) LIMIT ? FOR UPDATE OF c SKIP LOCKED`;

const STILL_UNUSED = `SELECT c.id, p.org_id AS "orgId", p.id AS "projectId"
  FROM oauth_clients c JOIN projects p ON p.id = c.project_id WHERE c.id = ANY (?) AND ${UNUSED}`;

/** Finds dynamically registered clients that are not used. */
export class UnusedClientsRepository {
  constructor(private readonly database: Database) {}

  /** Runs the work in one transaction: all of it, or, when it throws, none. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /**
   * Locks at most `limit` dynamic clients that were made and last used more than so many days ago and to whom nothing
   * was issued that is still good, no grant and no token.
   */
  async lock(tx: Transaction, days: number, limit: number): Promise<UnusedClient[]> {
    const locked = await tx.raw<{ rows: { id: string }[] }>(LOCK, [days, days, limit]);
    const ids = locked.rows.map(({ id }) => id);
    if (ids.length === 0) return [];
    // The first statement saw the artifacts as they were before it had the locks.
    const found = await tx.raw<{ rows: UnusedClient[] }>(STILL_UNUSED, [ids, days, days]);
    return found.rows;
  }
}
