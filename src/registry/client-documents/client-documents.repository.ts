import type { Database, Transaction } from '../../platform/db/database.js';

/** A client that was removed, for the audit trail. */
export interface RemovedClient {
  id: string;
  clientId: string;
  orgId: string;
  projectId: string;
}

/**
 * Reads oauth_clients_document_last_use_index. A client that nobody has used at all is removed after a day. Its client_id
 * can come again: it still is the URL of the same document.
 */
const REMOVE_UNUSED = `
  WITH unused AS (
    SELECT c.id FROM oauth_clients c
    WHERE c.registration_type = 'document' AND c.deleted_at IS NULL
      AND coalesce(c.last_used_at, c.created_at) < now() - interval '1 day'
      AND (c.last_used_at IS NULL OR c.last_used_at < now() - make_interval(days => ?::int))
      AND NOT EXISTS (SELECT FROM artifacts a WHERE a.client_id = c.client_id AND a.expires_at > now())
    ORDER BY coalesce(c.last_used_at, c.created_at) LIMIT ? FOR UPDATE OF c SKIP LOCKED),
  removed AS (
    DELETE FROM oauth_clients c USING unused WHERE c.id = unused.id RETURNING c.id, c.client_id, c.project_id)
  SELECT r.id, r.client_id AS "clientId", r.project_id AS "projectId", p.org_id AS "orgId"
  FROM removed r JOIN projects p ON p.id = r.project_id`;

/** The SQL of documents about clients. */
export class ClientDocumentsRepository {
  constructor(private readonly database: Database) {}

  /** Until when the document of the live client is kept. */
  async expiry(clientId: string): Promise<Date | undefined> {
    const row = await this.database
      .sql('client_documents')
      .join('oauth_clients', 'oauth_clients.id', 'client_documents.oauth_client_id')
      .where({ client_id: clientId })
      .first<{ expires_at: Date } | undefined>('expires_at');
    return row?.expires_at;
  }

  /** Notes that the client's document was fetched, and for how many seconds it is kept. */
  async noteFetch(tx: Transaction, clientRowId: string, lifetime: number): Promise<void> {
    await tx('client_documents')
      .insert({
        oauth_client_id: clientRowId,
        fetched_at: tx.fn.now(),
        expires_at: tx.raw('now() + make_interval(secs => ?)', [lifetime]),
      })
      .onConflict('oauth_client_id')
      .merge();
  }

  /** Removes at most `limit` clients that were last used more than so many days ago and have nothing that is valid. */
  async removeUnused(tx: Transaction, days: number, limit: number): Promise<RemovedClient[]> {
    return (await tx.raw<{ rows: RemovedClient[] }>(REMOVE_UNUSED, [days, limit])).rows;
  }
}
