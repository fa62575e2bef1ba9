import type { Database, Transaction } from '../db/database.js';

const MARK_USED = `UPDATE oauth_client_secrets SET last_used_at = now()
  WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`;

/** The SQL of client secrets, of which only hashes are stored. */
export class ClientSecretsRepository {
  constructor(private readonly database: Database) {}

  /** Call it with the client's row locked: then the clock orders the secrets of a client as they were made. */
  async insert(tx: Transaction, clientRowId: string, secret: { hash: string; hint: string }): Promise<void> {
    await tx('oauth_client_secrets').insert({
      ...secret,
      oauth_client_id: clientRowId,
      created_at: tx.raw('clock_timestamp()'),
    });
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx('oauth_client_secrets').where({ id }).delete();
  }

  /** Writes at most once a minute. */
  async markUsed(id: string): Promise<void> {
    await this.database.pool.query({ name: 'client_secrets_mark_used', text: MARK_USED, values: [id] });
  }
}
